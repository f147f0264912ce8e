//! Tests of the client against small servers with scripted answers.

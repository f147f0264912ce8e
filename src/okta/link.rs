//! The `Link` header: finding the next page, and refusing to be led astray.

use std::fmt;

/// Why a link to a next page is not followed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LinkFault {
    /// It is longer than any that Okta makes.
    TooLong,
    /// It is no absolute URL, or holds characters that URLs do not have.
    NotAbsolute,
    /// It leads to another scheme, host or port; the token would go there.
    OtherHost,
    /// It leads to another resource.
    OtherPath,
    /// It leads back to a page that was read already.
    Cycle,
    /// There is more than one next page.
    Several,
}

impl fmt::Display for LinkFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LinkFault::TooLong => "it is longer than 4 KiB",
            LinkFault::NotAbsolute => "it is no absolute URL",
            LinkFault::OtherHost => "it leads to another host",
            LinkFault::OtherPath => "it leads to another resource",
            LinkFault::Cycle => "it leads back to a page that was read already",
            LinkFault::Several => "there are several of them",
        })
    }
}

//! The fields of records: what `any(target, .x ...)` and `any(request.ipChain, .x ...)` can read.

use super::super::types::{Scalar, Type};
use super::fields::{field, first};
use super::reading::Reading;
use super::{ClosedSet, Field};

/// The fields of an element of `target`.
pub(super) const TARGET: &[Field] = &[
    first("id", Scalar::Text, &["id"], "Okta's id of the target"),
    first("type", Scalar::Text, &["type"], "what kind of thing the target is, such as User, AppInstance or UserGroup"),
    first("alternateId", Scalar::Text, &["alternateId"], "the name people know it by: a login, an app's label, a number"),
    first("displayName", Scalar::Text, &["displayName"], "the target's name in the Admin Console"),
    first("detailEntry", Scalar::Json, &["detailEntry"], "more about the target, different for each type"),
    first("changeDetails.from", Scalar::Json, &["changeDetails.from"], "the target's settings before the change"),
    first("changeDetails.to", Scalar::Json, &["changeDetails.to"], "the target's settings after the change"),
];

const PLACE: &[&str] = &["geographicalContext.geolocation.lat", "geographicalContext.geolocation.lon"];

/// The fields of an element of `request.ipChain`.
pub(super) const HOP: &[Field] = &[
    first("ip", Scalar::Address, &["ip"], "the hop's address"),
    Field { set: Some(ClosedSet::IpVersion), ..first("version", Scalar::Text, &["version"], "whether the address is IPv4 or IPv6") },
    first("source", Scalar::Text, &["source"], "where Okta learnt of the hop"),
    first("geographicalContext.city", Scalar::Text, &["geographicalContext.city"], "the city of the hop"),
    first("geographicalContext.state", Scalar::Text, &["geographicalContext.state"], "the state or region of the hop"),
    first("geographicalContext.country", Scalar::Text, &["geographicalContext.country"], "the country of the hop, by its English name"),
    first("geographicalContext.postalCode", Scalar::Text, &["geographicalContext.postalCode"], "the postal code of the hop"),
    field("geographicalContext.geolocation", Type::Scalar(Scalar::Point), Reading::Place(PLACE), "the place of the hop; 0, 0 counts as unknown"),
    field("geographicalContext.geolocation.lat", Type::Scalar(Scalar::Float), Reading::Latitude(PLACE), "the latitude of the hop in degrees"),
    field("geographicalContext.geolocation.lon", Type::Scalar(Scalar::Float), Reading::Longitude(PLACE), "the longitude of the hop in degrees"),
    first("ipDetails.asNumber", Scalar::Int, &["ipDetails.asNumber"], "the number of the autonomous system of the hop"),
    first("ipDetails.asOrg", Scalar::Text, &["ipDetails.asOrg"], "who runs the autonomous system of the hop"),
    first("ipDetails.isp", Scalar::Text, &["ipDetails.isp"], "the internet provider of the hop"),
    first("ipDetails.domain", Scalar::Text, &["ipDetails.domain"], "the domain of the hop's address"),
    first("ipDetails.ipServiceCategories", Scalar::Json, &["ipDetails.ipServiceCategories"], "the proxy and VPN services that the hop's address belongs to"),
];

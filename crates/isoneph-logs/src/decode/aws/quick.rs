//! A record in one pass over its bytes: the fields that are wanted, borrowed, and everything else passed over.
//!
//! It gives what serde gives, or nothing: whatever is unusual (a field twice, an escaped key, a text where a number is
//! expected to be spelled out) is left to serde, so that there is one truth about what a record means.

use super::shapes::Shapes;
use super::{Attributes, Behalf, Federation, Identity, Issuer, Record, Scope, Session};
use crate::decode::loose::{Flag, Object, Raw, Text, yes_or_no};
use crate::decode::scan::{Kind, Scan, Span};

/// The fields that are wanted, in all objects.
#[derive(Debug, Clone, Copy)]
pub(super) enum Field {
    EventVersion,
    EventTime,
    EventSource,
    EventName,
    AwsRegion,
    SourceAddress,
    UserAgent,
    ErrorCode,
    ErrorMessage,
    RequestParameters,
    ResponseElements,
    AdditionalEventData,
    ServiceEventDetails,
    InsightDetails,
    Resources,
    RequestId,
    EventId,
    ReadOnly,
    ManagementEvent,
    EventType,
    EventCategory,
    RecipientAccountId,
    SharedEventId,
    UserIdentity,
    Kind,
    PrincipalId,
    Arn,
    AccountId,
    AccessKeyId,
    UserName,
    InvokedBy,
    IdentityProvider,
    SessionContext,
    SessionIssuer,
    IssuerArn,
    IssuerName,
    Attributes,
    CreationDate,
    MfaAuthenticated,
    WebIdFederationData,
    FederatedProvider,
    SourceIdentity,
    RoleDelivery,
    OnBehalfOf,
    UserId,
    InScopeOf,
    IssuerType,
    CredentialsIssuedTo,
}

const FIELDS: usize = Field::CredentialsIssuedTo as usize + 1;

/// The objects whose fields are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Record,
    Identity,
    Session,
    Issuer,
    Attributes,
    Federation,
    Behalf,
    Scope,
}

impl Level {
    pub(super) fn field(self, key: &[u8]) -> Option<Field> {
        match self {
            Level::Record => of_record(key),
            Level::Identity => of_identity(key),
            Level::Session => match key {
                b"sessionIssuer" => Some(Field::SessionIssuer),
                b"attributes" => Some(Field::Attributes),
                b"webIdFederationData" => Some(Field::WebIdFederationData),
                b"sourceIdentity" => Some(Field::SourceIdentity),
                b"ec2RoleDelivery" => Some(Field::RoleDelivery),
                _ => None,
            },
            Level::Issuer => match key {
                b"arn" => Some(Field::IssuerArn),
                b"userName" => Some(Field::IssuerName),
                _ => None,
            },
            Level::Attributes => match key {
                b"creationDate" => Some(Field::CreationDate),
                b"mfaAuthenticated" => Some(Field::MfaAuthenticated),
                _ => None,
            },
            Level::Federation => (key == b"federatedProvider").then_some(Field::FederatedProvider),
            Level::Behalf => (key == b"userId").then_some(Field::UserId),
            Level::Scope => match key {
                b"issuerType" => Some(Field::IssuerType),
                b"credentialsIssuedTo" => Some(Field::CredentialsIssuedTo),
                _ => None,
            },
        }
    }
}

/// By length first: a record has thirty keys, and most of them are told apart by that.
fn of_record(key: &[u8]) -> Option<Field> {
    Some(match (key.len(), key) {
        (7, b"eventID") => Field::EventId,
        (8, b"readOnly") => Field::ReadOnly,
        (9, b"eventTime") => Field::EventTime,
        (9, b"eventName") => Field::EventName,
        (9, b"awsRegion") => Field::AwsRegion,
        (9, b"userAgent") => Field::UserAgent,
        (9, b"requestID") => Field::RequestId,
        (9, b"eventType") => Field::EventType,
        (9, b"errorCode") => Field::ErrorCode,
        (9, b"resources") => Field::Resources,
        (11, b"eventSource") => Field::EventSource,
        (12, b"eventVersion") => Field::EventVersion,
        (12, b"userIdentity") => Field::UserIdentity,
        (12, b"errorMessage") => Field::ErrorMessage,
        (13, b"eventCategory") => Field::EventCategory,
        (13, b"sharedEventID") => Field::SharedEventId,
        (14, b"insightDetails") => Field::InsightDetails,
        (15, b"sourceIPAddress") => Field::SourceAddress,
        (15, b"managementEvent") => Field::ManagementEvent,
        (16, b"responseElements") => Field::ResponseElements,
        (17, b"requestParameters") => Field::RequestParameters,
        (18, b"recipientAccountId") => Field::RecipientAccountId,
        (19, b"additionalEventData") => Field::AdditionalEventData,
        (19, b"serviceEventDetails") => Field::ServiceEventDetails,
        _ => return None,
    })
}

fn of_identity(key: &[u8]) -> Option<Field> {
    Some(match key {
        b"type" => Field::Kind,
        b"principalId" => Field::PrincipalId,
        b"arn" => Field::Arn,
        b"accountId" => Field::AccountId,
        b"accessKeyId" => Field::AccessKeyId,
        b"userName" => Field::UserName,
        b"invokedBy" => Field::InvokedBy,
        b"identityProvider" => Field::IdentityProvider,
        b"sessionContext" => Field::SessionContext,
        b"onBehalfOf" => Field::OnBehalfOf,
        b"inScopeOf" => Field::InScopeOf,
        _ => return None,
    })
}

impl Field {
    /// The object that is looked into under this field.
    fn inside(self) -> Option<Level> {
        match self {
            Field::UserIdentity => Some(Level::Identity),
            Field::SessionContext => Some(Level::Session),
            Field::SessionIssuer => Some(Level::Issuer),
            Field::Attributes => Some(Level::Attributes),
            Field::WebIdFederationData => Some(Level::Federation),
            Field::OnBehalfOf => Some(Level::Behalf),
            Field::InScopeOf => Some(Level::Scope),
            _ => None,
        }
    }
}

type Spans = [Span; FIELDS];

/// The record at the beginning of some bytes, and its length.
pub(in crate::decode) fn record<'a>(bytes: &'a [u8], shapes: &mut Shapes) -> Option<(Record<'a>, usize)> {
    let mut reading = Reading { scan: Scan::new(bytes), shapes, spans: [Span::default(); FIELDS] };
    reading.shapes.begin();
    reading.object(Level::Record)?;
    let length = reading.scan.at();
    // All of it at once: the fields begin and end at quotes and brackets.
    let json = std::str::from_utf8(&bytes[..length]).ok()?;
    Some((Found { json, spans: &reading.spans }.record()?, length))
}

/// A record, while it is read.
struct Reading<'b, 's> {
    scan: Scan<'b>,
    shapes: &'s mut Shapes,
    spans: Spans,
}

impl Reading<'_, '_> {
    fn object(&mut self, level: Level) -> Option<()> {
        if !self.scan.take(b'{')? {
            return None;
        }
        if self.scan.take(b'}')? {
            return Some(());
        }
        loop {
            match self.shapes.key(&mut self.scan, level)? {
                None => {
                    self.scan.value()?;
                }
                Some(field) => self.field(field)?,
            }
            if !self.scan.goes_on()? {
                return Some(());
            }
        }
    }

    #[inline]
    fn field(&mut self, field: Field) -> Option<()> {
        let place = field as usize;
        if self.spans[place].kind != Kind::Absent {
            return None;
        }
        let inside = field.inside();
        self.spans[place] = match inside {
            Some(level) if self.scan.next()? == b'{' => {
                self.object(level)?;
                Span { kind: Kind::Nested, ..Span::default() }
            }
            _ => self.scan.value()?,
        };
        // Serde looks at the escapes of a text that stands in the place of an object.
        (inside.is_none() || self.spans[place].kind != Kind::Escaped).then_some(())
    }
}

/// Where the fields of a record stand in it.
struct Found<'a, 's> {
    json: &'a str,
    spans: &'s Spans,
}

impl<'a> Found<'a, '_> {
    fn written(&self, span: Span) -> Option<&'a str> {
        self.json.get(span.start as usize..span.end as usize)
    }

    fn text(&self, field: Field) -> Option<Text<'a>> {
        let span = self.spans[field as usize];
        match span.kind {
            Kind::Absent | Kind::Null => Some(Text(None)),
            Kind::Plain => self.json.get(span.start as usize + 1..span.end as usize - 1).map(|t| Text(Some(t.into()))),
            Kind::True => Some(Text(Some("true".into()))),
            Kind::False => Some(Text(Some("false".into()))),
            Kind::Number | Kind::Escaped => serde_json::from_str(self.written(span)?).ok(),
            Kind::Nested => None,
        }
    }

    fn flag(&self, field: Field) -> Option<Flag> {
        self.text(field).map(|text| Flag(text.get().and_then(yes_or_no)))
    }

    fn raw(&self, field: Field) -> Option<Raw<'a>> {
        let span = self.spans[field as usize];
        match span.kind {
            Kind::Absent | Kind::Null => Some(Raw(None)),
            _ => self.written(span).map(|json| Raw(Some(json))),
        }
    }

    fn record(&self) -> Option<Record<'a>> {
        Some(Record {
            event_version: self.text(Field::EventVersion)?,
            user_identity: Object(self.identity()?),
            event_time: self.text(Field::EventTime)?,
            event_source: self.text(Field::EventSource)?,
            event_name: self.text(Field::EventName)?,
            aws_region: self.text(Field::AwsRegion)?,
            source_ip_address: self.text(Field::SourceAddress)?,
            user_agent: self.text(Field::UserAgent)?,
            error_code: self.text(Field::ErrorCode)?,
            error_message: self.text(Field::ErrorMessage)?,
            request_parameters: self.raw(Field::RequestParameters)?,
            response_elements: self.raw(Field::ResponseElements)?,
            additional_event_data: self.raw(Field::AdditionalEventData)?,
            service_event_details: self.raw(Field::ServiceEventDetails)?,
            insight_details: self.raw(Field::InsightDetails)?,
            resources: self.raw(Field::Resources)?,
            request_id: self.text(Field::RequestId)?,
            event_id: self.text(Field::EventId)?,
            read_only: self.flag(Field::ReadOnly)?,
            management_event: self.flag(Field::ManagementEvent)?,
            event_type: self.text(Field::EventType)?,
            event_category: self.text(Field::EventCategory)?,
            recipient_account_id: self.text(Field::RecipientAccountId)?,
            shared_event_id: self.text(Field::SharedEventId)?,
        })
    }

    fn identity(&self) -> Option<Identity<'a>> {
        Some(Identity {
            kind: self.text(Field::Kind)?,
            principal_id: self.text(Field::PrincipalId)?,
            arn: self.text(Field::Arn)?,
            account_id: self.text(Field::AccountId)?,
            access_key_id: self.text(Field::AccessKeyId)?,
            user_name: self.text(Field::UserName)?,
            invoked_by: self.text(Field::InvokedBy)?,
            identity_provider: self.text(Field::IdentityProvider)?,
            session_context: Object(Session {
                session_issuer: Object(Issuer {
                    arn: self.text(Field::IssuerArn)?,
                    user_name: self.text(Field::IssuerName)?,
                }),
                attributes: Object(Attributes {
                    creation_date: self.text(Field::CreationDate)?,
                    mfa_authenticated: self.flag(Field::MfaAuthenticated)?,
                }),
                web_id_federation_data: Object(Federation { federated_provider: self.text(Field::FederatedProvider)? }),
                source_identity: self.text(Field::SourceIdentity)?,
                ec2_role_delivery: self.text(Field::RoleDelivery)?,
            }),
            on_behalf_of: Object(Behalf { user_id: self.text(Field::UserId)? }),
            in_scope_of: Object(Scope {
                issuer_type: self.text(Field::IssuerType)?,
                credentials_issued_to: self.text(Field::CredentialsIssuedTo)?,
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    use super::*;

    fn record(bytes: &[u8]) -> Option<(Record<'_>, usize)> {
        super::record(bytes, &mut Shapes::default())
    }

    const RECORD: &str = r#"{"eventVersion":"1.10","userIdentity":{"type":"AssumedRole","principalId":"AROA:s","arn":"a","accountId":"1","accessKeyId":"k","sessionContext":{"sessionIssuer":{"arn":"r","userName":"n"},"attributes":{"creationDate":"d","mfaAuthenticated":"true"},"webIdFederationData":{"federatedProvider":"p"},"sourceIdentity":"i","ec2RoleDelivery":"2.0"},"onBehalfOf":{"userId":"u"},"inScopeOf":{"issuerType":"AWS::Lambda::Function","credentialsIssuedTo":"f"}},"eventTime":"t","eventSource":"ec2.amazonaws.com","eventName":"é\u00e9","awsRegion":"r","readOnly":false,"requestParameters":{"a":[1,{"b":"c\\\""}]},"responseElements":null,"resources":[{"ARN":"x"}],"eventID":7,"other":[{},[]]} ,"#;

    /// What serde makes of the value at the beginning; nothing where it is no object, which is not for `record`.
    fn by_serde(bytes: &[u8]) -> Option<(Record<'_>, usize)> {
        let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<&RawValue>();
        let raw = values.next()?.ok()?.get();
        let record = serde_json::from_str(raw).ok().filter(|_| raw.starts_with('{'))?;
        Some((record, values.byte_offset()))
    }

    #[test]
    fn a_usual_record_is_read_the_quick_way() {
        assert!(record(RECORD.as_bytes()).is_some());
        assert_eq!(record(RECORD.as_bytes()), by_serde(RECORD.as_bytes()));
    }

    #[test]
    fn what_is_unusual_or_broken_is_left_to_serde() {
        for json in [
            r#"{"eventName":"a","eventName":"b"}"#,
            r#"{"event\u004eame":"a"}"#,
            r#"{"eventName":{"a":1}}"#,
            r#"{"userIdentity":"\ud800"}"#,
            r#"{"eventName":"a",}"#,
            r#"{"a":01}"#,
            r#"{"a":1.}"#,
            r#"{"a":nul}"#,
            r#"{"a":"\x"}"#,
            r#"{"a":"\u12g4"}"#,
            "{\"a\":\"\n\"}",
            r#"{"a":[1,]}"#,
            r#"{"a":[1}}"#,
            r#"{"a"1}"#,
            r#"["a"]"#,
            r#"{"eventName":"a""#,
            "",
        ] {
            assert_eq!(record(json.as_bytes()), None, "{json}");
        }
        assert_eq!(record(b"{\"a\":\"\xff\"}"), None);
    }

    fn key() -> impl Strategy<Value = String> {
        let known: Vec<&str> =
            super::super::NAMES.into_iter().chain(["type", "arn", "attributes", "resources"]).collect();
        prop_oneof![8 => prop::sample::select(known).prop_map(str::to_owned), 1 => "[a-zé\\\\\"]{0,6}"]
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            any::<i64>().prop_map(serde_json::Value::from),
            any::<f64>().prop_map(serde_json::Value::from),
            any::<bool>().prop_map(serde_json::Value::from),
            "[ -~é日\\n\\\\\"]{0,20}".prop_map(serde_json::Value::from),
            Just(serde_json::Value::Null),
        ];
        leaf.prop_recursive(5, 60, 12, |inner| {
            prop_oneof![
                1 => prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
                4 => prop::collection::vec((key(), inner), 0..12).prop_map(|fields| fields.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_quick_way_gives_what_serde_gives(fields in prop::collection::vec((key(), json()), 0..14)) {
            let value: serde_json::Value = fields.into_iter().collect();
            let mut shapes = Shapes::default();
            // What was met before makes no difference.
            for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap(), RECORD.to_owned(), value.to_string()] {
                if let Some((quick, _)) = super::record(RECORD.as_bytes(), &mut shapes) {
                    prop_assert_eq!(Some(quick), by_serde(RECORD.as_bytes()).map(|(record, _)| record));
                }
                if let Some(quick) = super::record(text.as_bytes(), &mut shapes) {
                    prop_assert_eq!(Some(quick), by_serde(text.as_bytes()), "{}", text);
                }
            }
        }

        #[test]
        fn what_serde_refuses_is_refused(at in 0..RECORD.len(), byte in any::<u8>(), cut in 0..RECORD.len()) {
            let mut bytes = RECORD.as_bytes().to_vec();
            bytes[at] = byte;
            let mut shapes = Shapes::default();
            prop_assert!(super::record(RECORD.as_bytes(), &mut shapes).is_some());
            for bytes in [&bytes[..], &bytes[..cut]] {
                if let Some(quick) = super::record(bytes, &mut shapes) {
                    prop_assert_eq!(Some(quick), by_serde(bytes));
                }
            }
        }
    }
}

//! What stands between the internet and a service: distributions of CloudFront, APIs of API Gateway, the web
//! application firewall before them, certificates.

use isoneph_model::GapCode;
use isoneph_tables::schema::Endpoint;
use isoneph_tables::{Cell, Common};

use crate::terraform::attr::Attr;
use crate::terraform::block::Block;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("aws_acm_certificate", certificate, &[]),
    Mapping::new("aws_api_gateway_domain_name", domain, &[table::<Endpoint>]),
    Mapping::new("aws_api_gateway_rest_api", rest_api, &[]).patching(&[table::<Endpoint>]),
    Mapping::new("aws_api_gateway_stage", stage_of_rest, &[table::<Endpoint>]),
    Mapping::new("aws_apigatewayv2_api", api, &[]).patching(&[table::<Endpoint>]),
    Mapping::new("aws_apigatewayv2_domain_name", domain_v2, &[table::<Endpoint>]),
    Mapping::new("aws_apigatewayv2_stage", stage_v2, &[table::<Endpoint>]),
    Mapping::new("aws_cloudfront_distribution", distribution, &[table::<Endpoint>]),
    Mapping::new("aws_wafv2_web_acl_association", firewall, &[]).patching(&[table::<Endpoint>]),
];

fn certificate(_resource: &Resource, _stage: &mut Stage) {
    // When it ends is not among its arguments; that it is there is told by its resource row.
}

fn distribution(resource: &Resource, stage: &mut Stage) {
    let (tls, tls_min) = viewers(resource);
    stage.add(
        resource,
        Endpoint {
            kind: "distribution".into(),
            resource: resource.uid().into(),
            public: true.into(),
            restricted: Cell::default(),
            port: 0.into(),
            tls,
            tls_min,
            has_waf: resource.is_set("web_acl_id").cell(),
            // Records may also be delivered by a resource of CloudWatch, which does not name the distribution.
            access_log: resource
                .is_set("logging_config")
                .cell()
                .and_then(|set| if set { true.into() } else { Cell::default() }),
            authenticated: Cell::default(),
            certificate_expires_at: Cell::default(),
        },
    );
}

fn viewers(resource: &Resource) -> (Cell<bool>, Cell<String>) {
    let paths = ["default_cache_behavior", "ordered_cache_behavior"];
    let encrypted =
        |behaviour: &Block<'_>| behaviour.text("viewer_protocol_policy").cell().map(|policy| policy != "allow-all");
    let tls = paths.iter().fold(Cell::Known(true), |all, path| match resource.blocks(path) {
        Attr::Known(behaviours) => behaviours.iter().map(encrypted).fold(all, Cell::and),
        Attr::Unset => all,
        Attr::Unknown(code) => all.and(Cell::Gap(code)),
    });
    let tls_min = match resource.block("viewer_certificate") {
        Attr::Known(certificate) => viewer_floor(&certificate),
        Attr::Unset => Cell::default(),
        Attr::Unknown(code) => Cell::Gap(code),
    };
    (tls, tls_min)
}

fn viewer_floor(certificate: &Block<'_>) -> Cell<String> {
    // With the certificate of CloudFront itself the version cannot be chosen.
    if certificate.bool("cloudfront_default_certificate").known() == Some(&true) {
        return "1.0".into();
    }
    certificate.text("minimum_protocol_version").or("TLSv1").and_then(|version| {
        let word = version.split('_').next().unwrap_or_default();
        match word {
            "SSLv3" | "TLSv1" => "1.0".into(),
            "TLSv1.1" => "1.1".into(),
            "TLSv1.2" => "1.2".into(),
            "TLSv1.3" => "1.3".into(),
            _ => Cell::Gap(GapCode::Unreadable),
        }
    })
}

/// API Gateway takes nothing but TLS.
fn gateway(resource: Cell<String>) -> Endpoint {
    Endpoint { kind: "api".into(), resource, port: 443.into(), tls: true.into(), ..Endpoint::default() }
}

fn is_private(resource: &Resource) -> Cell<bool> {
    match resource.unset_if_computed("endpoint_configuration", resource.block("endpoint_configuration")) {
        Attr::Known(block) => block.texts("types").cell().map(|types| types.iter().any(|kind| kind == "PRIVATE")),
        Attr::Unset => false.into(),
        Attr::Unknown(code) => Cell::Gap(code),
    }
}

fn rest_api(resource: &Resource, stage: &mut Stage) {
    let public = is_private(resource).not();
    stage.for_referrers::<Endpoint>(resource, &["rest_api_id"], move |_: &Common, row| row.public = public.clone());
}

fn stage_of_rest(resource: &Resource, stage: &mut Stage) {
    let api = resource.reference("rest_api_id", &["aws_api_gateway_rest_api"]);
    stage.add(
        resource,
        Endpoint {
            access_log: resource.is_set("access_log_settings").cell(),
            has_waf: resource.unset_if_computed("web_acl_arn", resource.is_set("web_acl_arn")).or(false),
            ..gateway(api.cell())
        },
    );
}

fn domain(resource: &Resource, stage: &mut Stage) {
    stage.add(
        resource,
        Endpoint {
            public: is_private(resource).not(),
            tls_min: resource.text("security_policy").cell().and_then(|policy| floor(&policy)),
            authenticated: by_certificate(resource),
            ..gateway(resource.uid().into())
        },
    );
}

fn by_certificate(resource: &Resource) -> Cell<bool> {
    resource.is_set("mutual_tls_authentication").cell().and_then(|set| if set { true.into() } else { Cell::default() })
}

/// `TLS_1_2`, or the longer names that say it after a prefix.
fn floor(policy: &str) -> Cell<String> {
    if policy == "TLS_1_0" {
        "1.0".into()
    } else if policy == "TLS_1_2"
        || ["SecurityPolicy_TLS13_1_2", "SecurityPolicy_TLS12_"].iter().any(|p| policy.starts_with(p))
    {
        "1.2".into()
    } else if policy.starts_with("SecurityPolicy_TLS13_1_3") || policy.starts_with("SecurityPolicy_TLS13_2025") {
        "1.3".into()
    } else {
        Cell::Gap(GapCode::Unreadable)
    }
}

fn api(resource: &Resource, stage: &mut Stage) {
    stage.for_referrers::<Endpoint>(resource, &["api_id"], |_: &Common, row| row.public = true.into());
}

fn stage_v2(resource: &Resource, stage: &mut Stage) {
    let api = resource.reference("api_id", &["aws_apigatewayv2_api"]);
    stage.add(
        resource,
        Endpoint {
            access_log: resource.is_set("access_log_settings").cell(),
            has_waf: Cell::default(),
            ..gateway(api.cell())
        },
    );
}

fn domain_v2(resource: &Resource, stage: &mut Stage) {
    let policy = resource.text("domain_name_configuration.security_policy");
    stage.add(
        resource,
        Endpoint {
            public: true.into(),
            tls_min: policy.cell().and_then(|policy| floor(&policy)),
            authenticated: by_certificate(resource),
            ..gateway(resource.uid().into())
        },
    );
}

/// What a web application firewall can stand before. Listeners of a load balancer have rows of their own, which the
/// association does not name.
const GUARDED: &[&str] =
    &["aws_api_gateway_stage", "aws_lb", "aws_alb", "aws_appsync_graphql_api", "aws_cognito_user_pool"];

fn firewall(resource: &Resource, stage: &mut Stage) {
    resource.reference("web_acl_arn", &["aws_wafv2_web_acl"]);
    let forget = |row: &mut Endpoint, code| row.has_waf = Cell::Gap(code);
    stage.facet::<Endpoint>(resource, "resource_arn", GUARDED, forget, |row| {
        row.has_waf = true.into();
    });
}

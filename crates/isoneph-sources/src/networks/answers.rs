//! Security groups, network ACLs and route tables that AWS's API answers with, as the rows that Terraform's are.

use std::collections::BTreeMap;

use aho_corasick::AhoCorasick;
use isoneph_model::{Extent, GapCode, InputId};
use isoneph_tables::schema::{FirewallRule, Route};
use isoneph_tables::{Cell, Common, Coverage, Row, Scope, Sink, SinkError, TableId};
use serde_json::Value;

use crate::terraform::attr::Attr;
use crate::terraform::aws::routes::gateway_kind;
use crate::terraform::aws::security_groups::{anywhere, ports, protocol_word, unread_list};

/// The lists that are read, each with what its elements are called by, and the type that Terraform has for them.
const LISTS: [(&str, &str, &str); 3] = [
    ("SecurityGroups", "GroupId", "aws_security_group"),
    ("NetworkAcls", "NetworkAclId", "aws_network_acl"),
    ("RouteTables", "RouteTableId", "aws_route_table"),
];

/// One of them.
#[derive(Debug)]
struct Answer {
    path: String,
    locator: String,
    value: Value,
    kind: &'static str,
}

/// All that was answered, by identifier. What is answered twice counts once; where answers differ, what either says counts:
/// nobody knows which holds.
#[derive(Debug, Default)]
pub(crate) struct Answers(BTreeMap<String, Vec<Answer>>);

impl Answers {
    /// Takes what a file answers.
    pub(crate) fn take(&mut self, path: &str, bytes: &[u8]) {
        let keys = AhoCorasick::new(LISTS.map(|(list, ..)| format!("\"{list}\"")));
        if keys.is_ok_and(|keys| keys.is_match(bytes)) {
            // What cannot be read is told where the network is.
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            match serde_json::from_slice(bytes) {
                Ok(Value::Array(pages)) => {
                    for (index, page) in pages.into_iter().enumerate() {
                        self.page(path, &format!("#/{index}"), page);
                    }
                }
                Ok(page) => self.page(path, "#", page),
                Err(_) => {}
            }
        }
    }

    fn page(&mut self, path: &str, pointer: &str, mut page: Value) {
        for (list, id, kind) in LISTS {
            let Some(Value::Array(held)) = page.get_mut(list).map(Value::take) else { continue };
            for (index, value) in held.into_iter().enumerate() {
                let Some(name) = value.get(id).and_then(Value::as_str).map(str::to_owned) else { continue };
                let locator = format!("{pointer}/{list}/{index}");
                let held = self.0.entry(name).or_default();
                if held.iter().all(|before| before.value != value) {
                    held.push(Answer { path: path.to_owned(), locator, value, kind });
                }
            }
        }
    }

    /// Writes a row for each rule and route. `inputs` are those of the files, by path.
    pub(super) fn write(
        &self,
        inputs: &BTreeMap<String, InputId>,
        snapshot: i64,
        sink: &mut Sink,
    ) -> Result<(), SinkError> {
        let mut first = None;
        let each =
            self.0.iter().flat_map(|(id, all)| all.iter().enumerate().map(move |(at, held)| (id, &all[..at], held)));
        for (id, before, answer) in each {
            let Some(input) = inputs.get(&answer.path).copied() else { continue };
            first.get_or_insert(input);
            let writer = Writer { answers: self, id, before, answer, input, snapshot };
            match answer.kind {
                "aws_security_group" => writer.group(sink)?,
                "aws_network_acl" => writer.acl(sink)?,
                _ => writer.routes(sink)?,
            }
        }
        // What another region or account would answer is not here.
        let tables: [TableId; 2] = [FirewallRule::table(), Route::table()];
        for (table, input) in tables.into_iter().zip(first.into_iter().cycle()) {
            let (scope, code) = (Scope::default(), Some(GapCode::NotCollected));
            sink.coverage(Coverage { table, snapshot, scope, extent: Extent::Partial, code, input, locator: None });
        }
        Ok(())
    }
}

struct Writer<'a> {
    answers: &'a Answers,
    id: &'a str,
    /// What was answered of it before.
    before: &'a [Answer],
    answer: &'a Answer,
    input: InputId,
    snapshot: i64,
}

impl Writer<'_> {
    fn uid(&self, id: &str) -> String {
        format!("{}:{id}", self.snapshot)
    }

    /// The `uid` of what was answered too, else the identifier.
    fn named(&self, id: &str) -> String {
        if self.answers.0.contains_key(id) { self.uid(id) } else { id.to_owned() }
    }

    /// The elements of a list that no answer before has, each with its place in the list.
    fn elements(&self, key: &str) -> impl Iterator<Item = (String, &Value)> {
        let held = list(&self.answer.value, key).iter().enumerate();
        let is_new = |element: &Value| self.before.iter().all(|before| !list(&before.value, key).contains(element));
        held.filter(move |(_, element)| is_new(element))
            .map(move |(index, element)| (format!("{key}/{index}"), element))
    }

    fn group(&self, sink: &mut Sink) -> Result<(), SinkError> {
        for (key, direction) in [("IpPermissions", "ingress"), ("IpPermissionsEgress", "egress")] {
            for (part, rule) in self.elements(key) {
                let peers = Peers::of(rule);
                let references = peers.references.iter().map(|id| self.named(id)).collect();
                let row = FirewallRule {
                    filter_kind: "security-group".into(),
                    action: "allow".into(),
                    priority: 0.into(),
                    peer_anywhere: anywhere(&peers.cidrs).either(unread_list(peers.listed)),
                    peer_references: sorted(references),
                    has_description: peers.described.into(),
                    ..self.rule(rule, "IpProtocol", (number(rule, "FromPort"), number(rule, "ToPort")), peers.cidrs)
                };
                self.push(&part, &FirewallRule { direction: direction.into(), ..row }, sink)?;
            }
        }
        Ok(())
    }

    fn acl(&self, sink: &mut Sink) -> Result<(), SinkError> {
        for (part, rule) in self.elements("Entries") {
            let port = |key| rule.get("PortRange").map_or(Attr::Unset, |ports| number(ports, key));
            let cidrs = ["CidrBlock", "Ipv6CidrBlock"].into_iter().filter_map(|key| text(rule, key));
            let cidrs = sorted(cidrs.map(str::to_owned).collect());
            let direction = match rule.get("Egress").and_then(Value::as_bool) {
                Some(out) => if out { "egress" } else { "ingress" }.into(),
                None => Cell::default(),
            };
            let row = FirewallRule {
                filter_kind: "network-acl".into(),
                direction,
                action: text(rule, "RuleAction").map_or_else(Cell::default, |word| word.to_lowercase().into()),
                priority: number(rule, "RuleNumber").cell(),
                peer_anywhere: anywhere(&cidrs),
                peer_references: Vec::new().into(),
                has_description: false.into(),
                ..self.rule(rule, "Protocol", (port("From"), port("To")), cidrs)
            };
            self.push(&part, &row, sink)?;
        }
        Ok(())
    }

    /// What rules of both kinds have.
    fn rule(&self, rule: &Value, key: &str, range: (Attr<i64>, Attr<i64>), cidrs: Cell<Vec<String>>) -> FirewallRule {
        let protocol = text(rule, key).map_or_else(Cell::default, |word| Cell::Known(protocol_word(word)));
        let (from_port, to_port) = ports(&protocol, range.0, range.1);
        FirewallRule {
            filter: self.uid(self.id).into(),
            peer_cidrs: cidrs,
            enabled: true.into(),
            protocol,
            from_port,
            to_port,
            ..FirewallRule::default()
        }
    }

    fn routes(&self, sink: &mut Sink) -> Result<(), SinkError> {
        for (part, route) in self.elements("Routes") {
            let keys = ["DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"];
            let destination = keys.into_iter().find_map(|key| text(route, key));
            let (kind, target) = target(route);
            let row = Route {
                route_table: self.uid(self.id).into(),
                destination: destination.map_or_else(Cell::default, Cell::from),
                target_kind: kind,
                target,
                ..Route::default()
            };
            self.push(&part, &row, sink)?;
        }
        Ok(())
    }

    fn push<R: Row>(&self, part: &str, row: &R, sink: &mut Sink) -> Result<(), SinkError> {
        let place = sink.place(self.input, &format!("{}/{part}", self.answer.locator))?;
        let value = &self.answer.value;
        let known = |text: Option<&str>| text.map_or_else(Cell::default, Cell::from);
        let tags: Vec<String> = list(value, "Tags")
            .iter()
            .filter_map(|tag| Some(format!("{}={}", text(tag, "Key")?, text(tag, "Value")?)))
            .collect();
        let name = tags.iter().find_map(|tag| tag.strip_prefix("Name=")).or_else(|| text(value, "GroupName"));
        let name = name.unwrap_or(self.id).to_owned();
        let declared = sink.declared_account(self.input);
        let again =
            if self.before.is_empty() { String::new() } else { format!(" of answer {}", self.before.len() + 1) };
        let common = Common {
            uid: format!("{}#{part}{again}", self.uid(self.id)),
            provider: "aws".into(),
            account: known(text(value, "OwnerId").or(declared.as_deref())),
            region: known(text(value, "SecurityGroupArn").and_then(|arn| arn.split(':').nth(3))),
            native_type: self.answer.kind.into(),
            native_id: self.id.into(),
            name: name.into(),
            tags: sorted(tags),
            service: Cell::default(),
            tenant: Cell::default(),
        };
        sink.push(self.snapshot, place, &common, row)?;
        Ok(())
    }
}

/// Whom a rule of a security group names.
struct Peers {
    cidrs: Cell<Vec<String>>,
    references: Vec<String>,
    /// Whether it names lists of addresses, which say their content elsewhere.
    listed: bool,
    described: bool,
}

impl Peers {
    fn of(rule: &Value) -> Self {
        let keys = ["IpRanges", "Ipv6Ranges", "UserIdGroupPairs", "PrefixListIds"];
        let each = |key: &str, field: &str| -> Vec<String> {
            list(rule, key).iter().filter_map(|held| text(held, field)).map(str::to_owned).collect()
        };
        let all: Vec<&Value> = keys.iter().flat_map(|key| list(rule, key)).collect();
        let lists = each("PrefixListIds", "PrefixListId");
        Self {
            cidrs: sorted([each("IpRanges", "CidrIp"), each("Ipv6Ranges", "CidrIpv6")].concat()),
            listed: !lists.is_empty(),
            references: [each("UserIdGroupPairs", "GroupId"), lists].concat(),
            described: !all.is_empty() && all.iter().all(|peer| text(peer, "Description").is_some()),
        }
    }
}

/// What a route leads to, by the kinds of the table.
fn target(route: &Value) -> (Cell<String>, Cell<String>) {
    const TARGETS: [(&str, &str); 11] = [
        ("NatGatewayId", "nat-gateway"),
        ("TransitGatewayId", "transit"),
        ("CoreNetworkArn", "transit"),
        ("VpcPeeringConnectionId", "peering"),
        ("VpcEndpointId", "endpoint"),
        ("NetworkInterfaceId", "virtual-appliance"),
        ("InstanceId", "virtual-appliance"),
        ("EgressOnlyInternetGatewayId", "internet-gateway"),
        ("CarrierGatewayId", "other"),
        ("LocalGatewayId", "other"),
        ("OdbNetworkArn", "other"),
    ];
    if let Some((key, kind)) = TARGETS.into_iter().find(|(key, _)| text(route, key).is_some()) {
        return (kind.into(), text(route, key).unwrap_or_default().into());
    }
    let Some(id) = text(route, "GatewayId") else {
        return (Cell::Gap(GapCode::UnresolvedReference), Cell::Gap(GapCode::UnresolvedReference));
    };
    (gateway_kind(id).into(), id.into())
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn number(value: &Value, key: &str) -> Attr<i64> {
    value.get(key).and_then(Value::as_i64).map_or(Attr::Unset, Attr::Known)
}

fn sorted(mut all: Vec<String>) -> Cell<Vec<String>> {
    all.sort();
    all.dedup();
    Cell::Known(all)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use arrow::util::display::array_value_to_string;
    use isoneph_tables::Unattributed;

    use super::super::{NetworkQuestion, Taken, find_networks, write_networks};
    use super::*;

    const ANSWERS: &str = r#"[{"SecurityGroups": [
        {"GroupId": "sg-1", "GroupName": "web", "OwnerId": "111111111111", "VpcId": "vpc-1",
         "SecurityGroupArn": "arn:aws:ec2:eu-west-1:111111111111:security-group/sg-1", "Tags": [{"Key": "tier", "Value": "front"}],
         "IpPermissions": [
            {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "the shop"}]},
            {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-1"}, {"GroupId": "sg-far"}], "PrefixListIds": [{"PrefixListId": "pl-1"}]}],
         "IpPermissionsEgress": [{"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1, "Ipv6Ranges": [{"CidrIpv6": "2001:db8::/32"}]}]}]},
      {"NetworkAcls": [{"NetworkAclId": "acl-1", "OwnerId": "111111111111", "VpcId": "vpc-1", "IsDefault": false, "Associations": [],
         "Entries": [{"RuleNumber": 100, "Protocol": "6", "RuleAction": "allow", "Egress": false, "CidrBlock": "10.0.0.0/8",
            "PortRange": {"From": 22, "To": 22}},
           {"RuleNumber": 32767, "Protocol": "-1", "RuleAction": "deny", "Egress": true, "CidrBlock": "0.0.0.0/0"}]}],
       "RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Associations": [], "Routes": [
           {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
           {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"},
           {"DestinationPrefixListId": "pl-2", "GatewayId": "vpce-1", "State": "active"},
           {"DestinationCidrBlock": "10.9.0.0/16", "TransitGatewayId": "tgw-1", "State": "blackhole"}]}]}]"#;

    fn rows<R: Row>(columns: &str) -> Vec<String> {
        rows_of::<R>(&[ANSWERS, ANSWERS], columns)
    }

    /// The rows of a table, each as the values of these columns.
    fn rows_of<R: Row>(answers: &[&str], columns: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for (index, text) in answers.iter().enumerate() {
            std::fs::write(folder.path().join(format!("{index}.json")), text).unwrap();
        }
        let as_of = jiff::civil::date(2026, 11, 20);
        let files = find_networks(&[PathBuf::from(folder.path())], &Taken::new(), as_of);
        let mut sink = Sink::new(Box::new(Unattributed));
        write_networks(files, NetworkQuestion { intent: None, as_of }, &mut sink).unwrap();
        let inventory = sink.finish().unwrap();
        let batch = inventory.table(R::table());
        let value = |row, name: &str| {
            let column = batch.column_by_name(name).unwrap();
            if column.is_null(row) { "NULL".to_owned() } else { array_value_to_string(column, row).unwrap() }
        };
        let line = |row| columns.split(' ').map(|name| value(row, name)).collect::<Vec<_>>().join(" ");
        (0..batch.num_rows()).map(line).collect()
    }

    #[test]
    fn rules_of_groups_and_lists_are_rows_once_each() {
        let of = "uid filter filter_kind direction action protocol from_port to_port peer_cidrs peer_references peer_anywhere \
                  priority has_description";
        let uids = "uid native_type native_id name account region tags enabled";
        assert_eq!(
            rows::<FirewallRule>(of),
            [
                "0:acl-1#Entries/0 0:acl-1 network-acl ingress allow tcp 22 22 [10.0.0.0/8] [] false 100 false",
                "0:acl-1#Entries/1 0:acl-1 network-acl egress deny any 0 65535 [0.0.0.0/0] [] true 32767 false",
                "0:sg-1#IpPermissions/0 0:sg-1 security-group ingress allow tcp 443 443 [0.0.0.0/0] [] true 0 true",
                "0:sg-1#IpPermissions/1 0:sg-1 security-group ingress allow any 0 65535 [] [0:sg-1, pl-1, sg-far] NULL 0 false",
                "0:sg-1#IpPermissionsEgress/0 0:sg-1 security-group egress allow icmp 0 65535 [2001:db8::/32] [] false 0 false",
            ]
        );
        assert_eq!(
            rows::<FirewallRule>(uids)[2],
            "0:sg-1#IpPermissions/0 aws_security_group sg-1 web 111111111111 eu-west-1 [tier=front] true"
        );
    }

    #[test]
    fn what_either_of_two_differing_answers_opens_is_a_row() {
        let later = ANSWERS.replace("\"FromPort\": 443, \"ToPort\": 443", "\"FromPort\": 22, \"ToPort\": 22");
        for answers in [[ANSWERS, &later], [&later, ANSWERS]] {
            let found = rows_of::<FirewallRule>(&answers, "filter from_port peer_anywhere");
            for port in ["443", "22"] {
                assert!(found.contains(&format!("0:sg-1 {port} true")), "{found:?}");
            }
            assert_eq!(found.len(), 6, "{found:?}");
        }
    }

    #[test]
    fn routes_are_rows_that_say_what_they_lead_to() {
        assert_eq!(
            rows::<Route>("uid route_table destination target_kind target account"),
            [
                "0:rtb-1#Routes/0 0:rtb-1 10.0.0.0/16 local local NULL",
                "0:rtb-1#Routes/1 0:rtb-1 0.0.0.0/0 internet-gateway igw-1 NULL",
                "0:rtb-1#Routes/2 0:rtb-1 pl-2 endpoint vpce-1 NULL",
                "0:rtb-1#Routes/3 0:rtb-1 10.9.0.0/16 transit tgw-1 NULL",
            ]
        );
    }
}

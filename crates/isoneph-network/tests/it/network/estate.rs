//! Builds small AWS estates in the API's own words.

use serde_json::{Value, json};

/// Lists of an estate, by the key the API gives them.
pub(super) struct Estate(Value);

impl Estate {
    /// Nothing yet. Interfaces are listed in full.
    pub(super) fn new() -> Self {
        Self(json!({"NetworkInterfaces": [], "TransitGatewayRouteTables": [], "TransitGatewayVpcAttachments": []}))
    }

    pub(super) fn add(mut self, key: &str, value: Value) -> Self {
        let list = self.0.as_object_mut().unwrap().entry(key).or_insert_with(|| json!([]));
        list.as_array_mut().unwrap().push(value);
        self
    }

    /// A list that was asked for and has nothing in it.
    pub(super) fn none(mut self, key: &str) -> Self {
        self.0[key] = json!([]);
        self
    }

    /// Takes a field away from all elements of a list, by a path of keys through lists.
    pub(super) fn cut(mut self, path: &str) -> Self {
        cut(&mut self.0, &path.split('/').collect::<Vec<_>>());
        self
    }

    pub(super) fn vpc(self, name: &str, cidr: &str) -> Self {
        let id = format!("vpc-{name}");
        let acl = json!({"NetworkAclId": format!("acl-{name}"), "VpcId": id, "IsDefault": true, "Associations": [],
            "Entries": [entry(false, 100, "allow", "-1", None, "0.0.0.0/0"), entry(true, 100, "allow", "-1", None, "0.0.0.0/0"),
                        entry6(false, 101), entry6(true, 101)]});
        self.add("Vpcs", json!({"VpcId": id, "CidrBlock": cidr, "OwnerId": "111111111111"})).add("NetworkAcls", acl)
    }

    /// A subnet named after its VPC and zone, with a table of its own. Routes are `DESTINATION TARGET`.
    pub(super) fn subnet(self, vpc: &str, name: &str, cidr: &str, zone: &str, routes: &[&str]) -> Self {
        let subnet = json!({"SubnetId": format!("subnet-{name}"), "VpcId": format!("vpc-{vpc}"), "CidrBlock": cidr,
            "AvailabilityZone": zone, "SubnetArn": format!("arn:aws:ec2:us-east-1:111111111111:subnet/subnet-{name}")});
        let routes: Vec<Value> = routes.iter().map(|route| self.route(route)).collect();
        let table = json!({"RouteTableId": format!("rtb-{name}"), "VpcId": format!("vpc-{vpc}"),
            "Associations": [{"SubnetId": format!("subnet-{name}"), "Main": false}], "Routes": routes});
        self.add("Subnets", subnet).add("RouteTables", table)
    }

    fn route(&self, text: &str) -> Value {
        let (destination, target) = text.split_once(' ').unwrap();
        let key = match target.split('-').next().unwrap() {
            "nat" => "NatGatewayId",
            "pcx" => "VpcPeeringConnectionId",
            "tgw" => "TransitGatewayId",
            "eni" => "NetworkInterfaceId",
            "eigw" => "EgressOnlyInternetGatewayId",
            _ => "GatewayId",
        };
        let state = if target == "blackhole" { "blackhole" } else { "active" };
        let kind = if destination.starts_with("pl-") {
            "DestinationPrefixListId"
        } else if destination.contains(':') {
            "DestinationIpv6CidrBlock"
        } else {
            "DestinationCidrBlock"
        };
        json!({kind: destination, key: target, "State": state})
    }

    /// An interface called `name`, with an inside address, perhaps a public one, and groups.
    pub(super) fn eni(self, name: &str, subnet: &str, address: &str, public: Option<&str>, groups: &[&str]) -> Self {
        let vpc = self.0["Subnets"]
            .as_array()
            .unwrap()
            .iter()
            .find(|held| held["SubnetId"] == format!("subnet-{subnet}"))
            .unwrap()["VpcId"]
            .clone();
        let mut place = json!({"PrivateIpAddress": address});
        if let Some(public) = public {
            place["Association"] = json!({"PublicIp": public});
        }
        let six = address.contains(':');
        let groups: Vec<Value> = groups.iter().map(|group| json!({"GroupId": format!("sg-{group}")})).collect();
        let mut value = json!({"NetworkInterfaceId": format!("eni-{name}"), "SubnetId": format!("subnet-{subnet}"), "VpcId": vpc,
            "OwnerId": "111111111111", "InterfaceType": "interface", "SourceDestCheck": true, "Groups": groups,
            "PrivateIpAddresses": [place], "TagSet": [{"Key": "Name", "Value": name}]});
        if six {
            value["PrivateIpAddresses"] = json!([]);
            value["Ipv6Addresses"] = json!([{"Ipv6Address": address}]);
        }
        self.add("NetworkInterfaces", value)
    }

    /// Changes the interface added last.
    pub(super) fn with(mut self, list: &str, key: &str, value: Value) -> Self {
        self.0[list].as_array_mut().unwrap().last_mut().unwrap()[key] = value;
        self
    }

    /// A security group. Rules are `PROTOCOL PORTS PEER`, peer a block, `sg-…` or `pl-…`.
    pub(super) fn group(self, name: &str, vpc: &str, ingress: &[&str], egress: &[&str]) -> Self {
        let side = |rules: &[&str]| -> Vec<Value> { rules.iter().map(|rule| permission(rule)).collect() };
        self.add(
            "SecurityGroups",
            json!({"GroupId": format!("sg-{name}"), "GroupName": name, "VpcId": format!("vpc-{vpc}"),
                "IpPermissions": side(ingress), "IpPermissionsEgress": side(egress)}),
        )
    }

    /// A network ACL for subnets. Entries are `in|out NUMBER allow|deny PROTOCOL PORTS BLOCK`.
    pub(super) fn acl(self, name: &str, vpc: &str, subnets: &[&str], entries: &[&str]) -> Self {
        let read = |text: &&str| {
            let words: Vec<&str> = text.split(' ').collect();
            let ports = (words[4] != "*").then(|| words[4].split_once('-').unwrap_or((words[4], words[4])));
            let ports = ports.map(|(from, to)| (from.parse().unwrap(), to.parse().unwrap()));
            entry(words[0] == "out", words[1].parse().unwrap(), words[2], words[3], ports, words[5])
        };
        let entries: Vec<Value> = entries.iter().map(read).collect();
        let held: Vec<Value> = subnets.iter().map(|subnet| json!({"SubnetId": format!("subnet-{subnet}")})).collect();
        self.add(
            "NetworkAcls",
            json!({"NetworkAclId": format!("acl-{name}"), "VpcId": format!("vpc-{vpc}"), "IsDefault": false, "Associations": held, "Entries": entries}),
        )
    }

    pub(super) fn internet(self, vpc: &str) -> Self {
        let gateway = json!({"InternetGatewayId": format!("igw-{vpc}"), "Attachments": [{"State": "available", "VpcId": format!("vpc-{vpc}")}]});
        self.add("InternetGateways", gateway)
    }

    pub(super) fn nat(self, name: &str, subnet: &str, inside: &str, public: &str) -> Self {
        let this = self.eni(&format!("nat-{name}"), subnet, inside, Some(public), &[]).with(
            "NetworkInterfaces",
            "InterfaceType",
            json!("nat_gateway"),
        );
        this.add(
            "NatGateways",
            json!({"NatGatewayId": format!("nat-{name}"), "SubnetId": format!("subnet-{subnet}"), "State": "available",
                "NatGatewayAddresses": [{"NetworkInterfaceId": format!("eni-nat-{name}"), "PrivateIp": inside, "PublicIp": public}]}),
        )
    }

    pub(super) fn peering(self, left: &str, right: &str, regions: [&str; 2], status: &str) -> Self {
        self.add(
            "VpcPeeringConnections",
            json!({"VpcPeeringConnectionId": format!("pcx-{left}-{right}"), "Status": {"Code": status},
                "RequesterVpcInfo": {"VpcId": format!("vpc-{left}"), "Region": regions[0]},
                "AccepterVpcInfo": {"VpcId": format!("vpc-{right}"), "Region": regions[1]}}),
        )
    }

    /// An attachment of a VPC to `tgw-hub`, associated with a table.
    pub(super) fn attach(self, vpc: &str, subnets: &[&str], table: &str) -> Self {
        let subnets: Vec<String> = subnets.iter().map(|subnet| format!("subnet-{subnet}")).collect();
        self.add(
            "TransitGatewayVpcAttachments",
            json!({"TransitGatewayAttachmentId": format!("att-{vpc}"), "TransitGatewayId": "tgw-hub", "VpcId": format!("vpc-{vpc}"),
                "State": "available", "SubnetIds": subnets}),
        )
        .add(
            "TransitGatewayAttachments",
            json!({"TransitGatewayAttachmentId": format!("att-{vpc}"), "TransitGatewayId": "tgw-hub", "State": "available",
                "ResourceType": "vpc", "ResourceId": format!("vpc-{vpc}"),
                "Association": {"State": "associated", "TransitGatewayRouteTableId": format!("tgw-rtb-{table}")}}),
        )
    }

    /// A table of `tgw-hub`: propagations by VPC, routes `BLOCK VPC|blackhole`.
    pub(super) fn hub_table(self, name: &str, propagate: &[&str], routes: &[&str]) -> Self {
        let id = format!("tgw-rtb-{name}");
        let held: Vec<Value> = propagate
            .iter()
            .map(|vpc| json!({"TransitGatewayAttachmentId": format!("att-{vpc}"), "State": "enabled", "ResourceType": "vpc"}))
            .collect();
        let routes: Vec<Value> = routes
            .iter()
            .map(|route| {
                let (block, to) = route.split_once(' ').unwrap();
                if to == "blackhole" {
                    return json!({"DestinationCidrBlock": block, "State": "blackhole", "Type": "static"});
                }
                json!({"DestinationCidrBlock": block, "State": "active", "Type": "static",
                    "TransitGatewayAttachments": [{"TransitGatewayAttachmentId": format!("att-{to}")}]})
            })
            .collect();
        self.add(
            "TransitGatewayRouteTables",
            json!({"TransitGatewayRouteTableId": id, "TransitGatewayId": "tgw-hub", "State": "available"}),
        )
        .add(
            "TransitGatewayPropagations",
            json!({"TransitGatewayRouteTableId": id, "TransitGatewayRouteTablePropagations": held}),
        )
        .add(
            "TransitGatewayStaticRoutes",
            json!({"TransitGatewayRouteTableId": id, "Routes": routes, "AdditionalRoutesAvailable": false}),
        )
    }

    pub(super) fn hub(self) -> Self {
        self.add("TransitGateways", json!({"TransitGatewayId": "tgw-hub", "State": "available", "Options": {}}))
    }

    pub(super) fn text(&self) -> String {
        self.0.to_string()
    }
}

/// Takes away what a path leads to, in every element of the lists on its way.
pub(super) fn cut(value: &mut Value, path: &[&str]) {
    if let Value::Array(held) = value {
        return held.iter_mut().for_each(|one| cut(one, path));
    }
    let Some(object) = value.as_object_mut() else { return };
    match path {
        [last] => drop(object.remove(*last)),
        [first, rest @ ..] => {
            if let Some(held) = object.get_mut(*first) {
                cut(held, rest);
            }
        }
        [] => {}
    }
}

fn entry(egress: bool, number: i64, action: &str, protocol: &str, ports: Option<(i64, i64)>, block: &str) -> Value {
    let mut out =
        json!({"Egress": egress, "RuleNumber": number, "RuleAction": action, "Protocol": protocol, "CidrBlock": block});
    if let Some((from, to)) = ports {
        if protocol == "1" {
            out["IcmpTypeCode"] = json!({"Type": from, "Code": to});
        } else {
            out["PortRange"] = json!({"From": from, "To": to});
        }
    }
    out
}

fn entry6(egress: bool, number: i64) -> Value {
    json!({"Egress": egress, "RuleNumber": number, "RuleAction": "allow", "Protocol": "-1", "Ipv6CidrBlock": "::/0"})
}

fn permission(text: &str) -> Value {
    let words: Vec<&str> = text.split(' ').collect();
    let mut out =
        json!({"IpProtocol": words[0], "IpRanges": [], "Ipv6Ranges": [], "UserIdGroupPairs": [], "PrefixListIds": []});
    if words[1] != "*" {
        let (from, to) = words[1].split_once('-').filter(|(from, _)| !from.is_empty()).unwrap_or((words[1], words[1]));
        out["FromPort"] = json!(from.parse::<i64>().unwrap());
        out["ToPort"] = json!(to.parse::<i64>().unwrap());
    }
    if words[2].starts_with("sg-") {
        out["UserIdGroupPairs"] = json!([{"GroupId": words[2]}]);
    } else if words[2].starts_with("pl-") {
        out["PrefixListIds"] = json!([{"PrefixListId": words[2]}]);
    } else if words[2].contains(':') {
        out["Ipv6Ranges"] = json!([{"CidrIpv6": words[2]}]);
    } else {
        out["IpRanges"] = json!([{"CidrIp": words[2]}]);
    }
    out
}

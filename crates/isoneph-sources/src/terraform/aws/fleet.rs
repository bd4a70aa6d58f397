//! Groups of machines and the services that look after machines: Auto Scaling, Systems Manager, the serial console.

use isoneph_model::GapCode;
use isoneph_tables::schema::{Account, Route, Vm, Workload};
use isoneph_tables::{Cell, Common};

use super::regions::same;
use crate::terraform::attr::Attr;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::references::Reference;
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("aws_autoscaling_group", group, &[table::<Workload>]),
    Mapping::new("aws_ec2_serial_console_access", serial_console, &[table::<Account>]).patching(&[table::<Vm>]),
    Mapping::new("aws_ec2_transit_gateway_route", transit_route, &[table::<Route>]),
    Mapping::new("aws_ssm_association", association, &[]).patching(&[table::<Vm>]),
];

fn group(resource: &Resource, stage: &mut Stage) {
    resource.reference("launch_configuration", &["aws_launch_configuration"]);
    let subnets = resource.references("vpc_zone_identifier", &["aws_subnet", "aws_default_subnet"]);
    let least = resource.int("min_size").cell();
    let most = resource.int("max_size").cell();
    let scales = match (&least, &most) {
        (Cell::Known(least), Cell::Known(most)) => Cell::Known(least < most),
        (Cell::Gap(code), _) | (_, Cell::Gap(code)) => Cell::Gap(*code),
    };
    stage.add(
        resource,
        Workload {
            kind: "vm-group".into(),
            runtime: "".into(),
            default_identity: false.into(),
            secret_in_settings: false.into(),
            privileged: false.into(),
            in_own_network: true.into(),
            scales,
            max_instances: most,
            // Subnets of one group may share a zone: more than one subnet does not yet prove it.
            multi_zone: match resource.texts("availability_zones") {
                Attr::Known(zones) => (zones.len() > 1).into(),
                _ if subnets.len() == 1 && subnets[0].uid().is_some() => false.into(),
                _ => Cell::default(),
            },
            ..Workload::default()
        },
    );
}

fn serial_console(resource: &Resource, stage: &mut Stage) {
    let open = resource.bool("enabled").or(true);
    let region = resource.common.region.clone();
    let of_machines = open.clone();
    stage.for_account::<Vm>(resource, move |common, row| {
        if common.region.known().is_some() && common.region == region {
            row.serial_console = of_machines.clone();
        }
    });
    // The switch is one of a region: open in one is open, whatever another says.
    stage.account(resource, move |account| {
        account.serial_console_access = account.serial_console_access.clone().or(Cell::Known(false)).either(open);
    });
}

fn transit_route(resource: &Resource, stage: &mut Stage) {
    let table = resource.reference("transit_gateway_route_table_id", &["aws_ec2_transit_gateway_route_table"]);
    let target = resource.reference("transit_gateway_attachment_id", &[]);
    let dropped = resource.bool("blackhole").or(false);
    stage.add(
        resource,
        Route {
            route_table: table.cell(),
            destination: resource.text("destination_cidr_block").cell(),
            target_kind: dropped.map(|dropped| if dropped { "none" } else { "transit" }.to_owned()),
            target: target.cell(),
            ..Route::default()
        },
    );
}

/// Documents of Systems Manager that look for patches or install them.
fn patches(document: &str) -> bool {
    document.rsplit('/').next().is_some_and(|name| name.starts_with("AWS-RunPatchBaseline"))
}

fn association(resource: &Resource, stage: &mut Stage) {
    let patching = match resource.text("name") {
        Attr::Known(name) => patches(&name),
        Attr::Unset | Attr::Unknown(_) => return,
    };
    let targets = match resource.blocks("targets") {
        Attr::Known(targets) if patching => targets,
        _ => return,
    };
    for target in targets {
        let is = |key: &str| target.text("key").known().is_some_and(|written| written == key);
        if is("InstanceIds") {
            for reference in resource.references_in(&target, "values", &["aws_instance"]) {
                cover(resource, stage, reference);
            }
        } else if let Some(tag) = target.text("key").known().and_then(|key| key.strip_prefix("tag:").map(str::to_owned))
        {
            let wanted = target
                .texts("values")
                .cell()
                .map(|values| values.into_iter().map(|value| format!("{tag}={value}")).collect::<Vec<String>>());
            let region = resource.common.region.clone();
            stage.for_account::<Vm>(resource, move |common, row| {
                let covered = carries(common, &wanted).and(same(&region, common));
                row.patch_managed = row.patch_managed.clone().either(covered);
            });
        }
    }
}

fn cover(resource: &Resource, stage: &mut Stage, reference: Reference) {
    match reference {
        Reference::Literal(all) if all == "*" => {
            let region = resource.common.region.clone();
            stage.for_account::<Vm>(resource, move |common, row| {
                row.patch_managed = row.patch_managed.clone().either(same(&region, common));
            });
        }
        Reference::Uid(_) => stage.facet_each::<Vm>(
            resource,
            &[reference],
            &["aws_instance"],
            |row, code| row.patch_managed = Cell::Gap(code),
            |row| row.patch_managed = true.into(),
        ),
        Reference::Literal(_) | Reference::Unset => {}
        Reference::Unresolved(code) => stage.for_account::<Vm>(resource, move |_, row| {
            if row.patch_managed != Cell::Known(true) {
                row.patch_managed = Cell::Gap(code);
            }
        }),
    }
}

/// Whether a machine is known to carry one of these tags; that it carries none does not mean that nothing patches it.
fn carries(common: &Common, wanted: &Cell<Vec<String>>) -> Cell<bool> {
    match (&common.tags, wanted) {
        (Cell::Known(tags), Cell::Known(wanted)) if tags.iter().any(|tag| wanted.contains(tag)) => Cell::Known(true),
        (Cell::Gap(code), _) | (_, Cell::Gap(code)) => Cell::Gap(*code),
        _ => Cell::Gap(GapCode::NotCollected),
    }
}

//! Services that place interfaces in the subnets they are given.

use crate::model::terraform::{Document, Resource};

/// How a kind of resource names its subnets and groups.
pub(super) struct Service {
    pub(super) kind: &'static str,
    /// The field of subnets.
    pub(super) subnets: &'static [&'static str],
    /// The field of groups.
    pub(super) groups: &'static [&'static str],
    /// Where subnets are named by a group of them, that group's kind.
    pub(super) through: &'static [&'static str],
}

const fn of(
    kind: &'static str,
    subnets: &'static [&'static str],
    groups: &'static [&'static str],
    through: &'static [&'static str],
) -> Service {
    Service { kind, subnets, groups, through }
}

const GIVEN: &[&str] = &["vpc_security_group_ids"];
const PLAIN: &[&str] = &["security_group_ids"];
const SHORT: &[&str] = &["security_groups"];
const IN_CONFIG: &[&str] = &["vpc_config", "0", "subnet_ids"];
const OF_CONFIG: &[&str] = &["vpc_config", "0", "security_group_ids"];
const CACHES: &[&str] = &["aws_elasticache_subnet_group"];

/// Kinds that place interfaces.
pub(super) const SERVICES: &[Service] = &[
    of("aws_db_instance", &["db_subnet_group_name"], GIVEN, &["aws_db_subnet_group"]),
    of("aws_rds_cluster", &["db_subnet_group_name"], GIVEN, &["aws_db_subnet_group"]),
    of("aws_docdb_cluster", &["db_subnet_group_name"], GIVEN, &["aws_docdb_subnet_group"]),
    of("aws_neptune_cluster", &["neptune_subnet_group_name"], GIVEN, &["aws_neptune_subnet_group"]),
    of("aws_redshift_cluster", &["cluster_subnet_group_name"], GIVEN, &["aws_redshift_subnet_group"]),
    of("aws_redshiftserverless_workgroup", &["subnet_ids"], PLAIN, &[]),
    of("aws_elasticache_cluster", &["subnet_group_name"], PLAIN, CACHES),
    of("aws_elasticache_replication_group", &["subnet_group_name"], PLAIN, CACHES),
    of("aws_elasticache_serverless_cache", &["subnet_ids"], PLAIN, &[]),
    of("aws_memorydb_cluster", &["subnet_group_name"], PLAIN, &["aws_memorydb_subnet_group"]),
    of("aws_dax_cluster", &["subnet_group_name"], PLAIN, &["aws_dax_subnet_group"]),
    of("aws_dms_replication_instance", &["replication_subnet_group_id"], GIVEN, &["aws_dms_replication_subnet_group"]),
    of("aws_lambda_function", IN_CONFIG, OF_CONFIG, &[]),
    of("aws_eks_cluster", IN_CONFIG, OF_CONFIG, &[]),
    of("aws_eks_fargate_profile", &["subnet_ids"], &[], &[]),
    of("aws_emr_cluster", &["ec2_attributes", "0", "subnet_id"], &[], &[]),
    of("aws_codebuild_project", &["vpc_config", "0", "subnets"], OF_CONFIG, &[]),
    of(
        "aws_ecs_service",
        &["network_configuration", "0", "subnets"],
        &["network_configuration", "0", "security_groups"],
        &[],
    ),
    of(
        "aws_mwaa_environment",
        &["network_configuration", "0", "subnet_ids"],
        &["network_configuration", "0", "security_group_ids"],
        &[],
    ),
    of(
        "aws_batch_compute_environment",
        &["compute_resources", "0", "subnets"],
        &["compute_resources", "0", "security_group_ids"],
        &[],
    ),
    of("aws_opensearch_domain", &["vpc_options", "0", "subnet_ids"], &["vpc_options", "0", "security_group_ids"], &[]),
    of(
        "aws_elasticsearch_domain",
        &["vpc_options", "0", "subnet_ids"],
        &["vpc_options", "0", "security_group_ids"],
        &[],
    ),
    of("aws_efs_mount_target", &["subnet_id"], SHORT, &[]),
    of("aws_fsx_lustre_file_system", &["subnet_ids"], PLAIN, &[]),
    of("aws_fsx_windows_file_system", &["subnet_ids"], PLAIN, &[]),
    of("aws_fsx_ontap_file_system", &["subnet_ids"], PLAIN, &[]),
    of("aws_fsx_openzfs_file_system", &["subnet_ids"], PLAIN, &[]),
    of("aws_mq_broker", &["subnet_ids"], SHORT, &[]),
    of(
        "aws_msk_cluster",
        &["broker_node_group_info", "0", "client_subnets"],
        &["broker_node_group_info", "0", "security_groups"],
        &[],
    ),
    of("aws_directory_service_directory", &["vpc_settings", "0", "subnet_ids"], &[], &[]),
    of("aws_workspaces_directory", &["subnet_ids"], &[], &[]),
    of("aws_sagemaker_notebook_instance", &["subnet_id"], SHORT, &[]),
    of("aws_apprunner_vpc_connector", &["subnets"], SHORT, &[]),
    of("aws_apigatewayv2_vpc_link", &["subnet_ids"], PLAIN, &[]),
    of(
        "aws_transfer_server",
        &["endpoint_details", "0", "subnet_ids"],
        &["endpoint_details", "0", "security_group_ids"],
        &[],
    ),
    of("aws_vpc_endpoint", &["subnet_ids"], PLAIN, &[]),
    of("aws_elb", &["subnets"], SHORT, &[]),
];

/// Whether a resource is of a kind that places interfaces, and names subnets: a function is in a network only where it does.
pub(super) fn is_given(document: &Document, resource: &Resource) -> bool {
    let service = SERVICES.iter().find(|held| held.kind == resource.kind && held.kind != "aws_vpc_endpoint");
    service.is_some_and(|held| document.is_given(resource, held.subnets[0]))
}

//! Terraform resources of the aws provider.

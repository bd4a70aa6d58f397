//! The formats that are read, told by content.

isoneph_model::vocabulary! {
    /// A format of evidence.
    pub enum Format {
        /// `terraform show -json` of a saved plan.
        TerraformPlan = "terraform-plan",
        /// `terraform show -json` of a state.
        TerraformState = "terraform-state",
        /// Findings in the Open Cybersecurity Schema Framework.
        Ocsf = "ocsf",
        /// Results in the Static Analysis Results Interchange Format.
        Sarif = "sarif",
        /// Findings in the AWS Security Finding Format.
        Asff = "asff",
        /// Results of tests, as JUnit writes them.
        Junit = "junit",
        /// What AWS Config recorded: a snapshot, or the answer to a query.
        AwsConfig = "aws-config",
        /// What Resource Explorer of AWS found.
        AwsResourceExplorer = "aws-resource-explorer",
        /// What AWS lists by tags.
        AwsTagging = "aws-tagging",
        /// Rows of Azure Resource Graph, or the resources that Resource Manager lists.
        AzureResources = "azure-resources",
        /// Assets of Google's Cloud Asset Inventory.
        GoogleAssets = "google-asset-inventory",
        /// The disk of a machine, or a root file system as an archive.
        DiskImage = "disk-image",
    }
}

impl Format {
    /// Whether it is a list that a cloud made of what there is in it.
    pub fn is_cloud_list(self) -> bool {
        use Format::{AwsConfig, AwsResourceExplorer, AwsTagging, AzureResources, GoogleAssets};
        matches!(self, AwsConfig | AwsResourceExplorer | AwsTagging | AzureResources | GoogleAssets)
    }

    /// Whether it shows things of an estate, or what is to be of them. What else has a snapshot (rules of a network, findings)
    /// shows nothing of the things that it does not speak of.
    pub fn is_inventory(self) -> bool {
        self.is_cloud_list() || matches!(self, Format::TerraformPlan | Format::TerraformState)
    }
}

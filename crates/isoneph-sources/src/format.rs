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
        /// The disk of a machine, or a root file system as an archive.
        DiskImage = "disk-image",
    }
}

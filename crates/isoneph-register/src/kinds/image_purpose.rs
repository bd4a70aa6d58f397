//! What images are for.

use jiff::civil::Date;

use crate::kinds::{Kind, KindSpec, References};

record! {
    /// The declared purpose of machine images: what they may listen on, and no more (CLD.9.5.2).
    pub struct ImagePurpose {
        /// What they are for.
        purpose: String,
        /// The images: names, ids, paths or digests; `*` stands for any text.
        images: Vec<String>,
    } optional {
        /// The services they are used in.
        services: Vec<String>,
        /// What may listen.
        listens: Vec<Listener>,
        /// Whether nothing may listen.
        listens_to_nothing: Option<bool>,
        /// Services of the guest system that may run.
        guest_services: Vec<String>,
        /// Accounts that may sign in.
        sign_in: Vec<String>,
        /// Why anti-malware does not fit, where there is none.
        no_malware_protection_because: Option<String>,
        /// Who is accountable.
        owner: Option<String>,
        /// The day it was last reviewed.
        reviewed: Option<Date>,
    }
}

record! {
    /// A port that something listens on.
    pub struct Listener {
        /// The port.
        port: u16,
    } optional {
        /// `tcp` or `udp`; absent for tcp.
        protocol: Option<String>,
        /// The address that it is bound to; absent for any.
        address: Option<String>,
        /// What for.
        purpose: Option<String>,
    }
}

impl KindSpec for ImagePurpose {
    const KIND: Kind = Kind::ImagePurpose;

    fn references(&self, to: &mut References) {
        to.objects("services", Kind::CloudService, &self.services);
    }

    fn contradictions(&self) -> Vec<(String, String)> {
        let both = self.listens_to_nothing == Some(true) && !self.listens.is_empty();
        let text = "nothing may listen, but `listens` names ports";
        both.then(|| ("listens-to-nothing".to_owned(), text.to_owned())).into_iter().collect()
    }
}

//! Whatever stands in a file, every record is an event or a reject, and what a file says comes out.

use proptest::prelude::*;

use super::*;

#[derive(Default)]
struct Seen {
    events: Vec<(LogFormat, u64, String)>,
    rejects: Vec<(u64, &'static str)>,
    digests: usize,
}

impl Output for Seen {
    fn event(&mut self, format: LogFormat, index: u64, event: &Event<'_>) -> io::Result<()> {
        self.events.push((format, index, event.operation_name.as_deref().unwrap_or_default().to_owned()));
        Ok(())
    }
    fn reject(&mut self, index: u64, _: u64, trouble: Trouble) {
        self.rejects.push((index, trouble.code));
    }
    fn digest(&mut self) {
        self.digests += 1;
    }
    fn list(&mut self) {}
}

/// A reader that gives a few bytes at a time.
struct Drip<'b>(&'b [u8], usize);

impl Read for Drip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.1.min(self.0.len()).min(buffer.len());
        buffer[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

fn seen(text: &[u8], step: usize) -> Seen {
    let mut seen = Seen::default();
    Decoder::default().file(Vec::new(), Drip(text, step), &Hints::default(), &mut seen).unwrap();
    seen
}

const AWS: &str = r#"{"eventVersion":"1","eventSource":"ec2.amazonaws.com","eventName":"StopInstances","eventID":"1"}"#;
const GOOGLE: &str = r#"{"protoPayload":{"serviceName":"compute.googleapis.com","methodName":"v1.compute.instances.stop"},"insertId":"1"}"#;
const KUBERNETES: &str =
    r#"{"apiVersion":"audit.k8s.io/v1","kind":"Event","auditID":"1","verb":"delete","objectRef":{"resource":"pods"}}"#;
const AZURE: &str = r#"{"operationName":"Microsoft.Compute/virtualMachines/delete","category":"Administrative"}"#;

#[test]
fn formats_may_be_mixed_in_one_file() {
    let text = [AWS, GOOGLE, KUBERNETES, AZURE, AWS, "{\"x\":1}", AWS].join("\n");
    let seen = seen(text.as_bytes(), 7);
    let names: Vec<&str> = seen.events.iter().map(|(_, _, name)| name.as_str()).collect();
    let expected = [
        "ec2:stopinstances",
        "compute.instances.stop",
        "pods:delete",
        "microsoft.compute/virtualmachines/delete",
        "ec2:stopinstances",
        "ec2:stopinstances",
    ];
    assert_eq!(names, expected);
    assert_eq!(seen.rejects, [(5, "unsupported")]);
}

#[test]
fn an_audit_event_in_a_resource_log_of_aks_is_one_of_kubernetes() {
    let text = serde_json::json!({"category": "kube-audit", "operationName": "Microsoft.ContainerService/managedClusters/diagnosticLogs/Read", "properties": {"log": KUBERNETES, "pod": "p"}});
    let seen = seen(text.to_string().as_bytes(), 100);
    assert_eq!(seen.events, [(LogFormat::KubernetesAudit, 0, "pods:delete".to_owned())]);
}

#[test]
fn names_that_a_warehouse_folded_are_known_again() {
    let folded = r#"{"eventversion":"1.08","useridentity":{"type":"IAMUser","sessioncontext":{"attributes":{"mfaauthenticated":"true"}}},"eventname":"StopInstances","eventsource":"ec2.amazonaws.com","requestparameters":{"instanceId":"i-1"}}"#;
    let google = GOOGLE.to_ascii_lowercase();
    let seen = seen(format!("{folded}\n{google}").as_bytes(), 100);
    let names: Vec<&str> = seen.events.iter().map(|(_, _, name)| name.as_str()).collect();
    assert_eq!(names, ["ec2:stopinstances", "compute.instances.stop"], "{:?}", seen.rejects);
}

#[test]
fn a_record_at_the_edge_of_what_is_in_memory_is_read() {
    let wrapped = format!("{{\"source\":\"x\",\"event\":{AWS}}}\n");
    let count = (1 << 20) / wrapped.len();
    for step in [1000, 1 << 18, 1 << 22] {
        let seen = seen(wrapped.repeat(count).as_bytes(), step);
        assert_eq!((seen.events.len(), seen.rejects.len()), (count, 0), "{step}");
    }
}

#[test]
fn what_follows_a_number_on_its_line_opens_nothing() {
    let seen = seen(format!("{AWS}\n0[A{{\n{AWS}\n").as_bytes(), 64);
    assert_eq!((seen.events.len(), seen.rejects), (2, vec![(1, "unsupported")]));
}

proptest! {
    #[test]
    fn any_bytes_are_events_or_rejects(bytes in prop::collection::vec(any::<u8>(), 0..400), step in 1_usize..50) {
        seen(&bytes, step);
    }

    #[test]
    fn any_broken_log_is_read_to_its_end(
        pieces in prop::collection::vec(prop::sample::select(vec![AWS, GOOGLE, AZURE, "{\"Records\":[", "[", "]", "}", ",", "\n", "\"", "{\"a\":", "nul", " "]), 0..14),
        cut in 0_usize..600,
        step in 1_usize..400,
    ) {
        let text = pieces.concat();
        let text = &text.as_bytes()[..cut.min(text.len())];
        let one = seen(text, step);
        let other = seen(text, 1 << 20);
        prop_assert_eq!(one.events, other.events);
        prop_assert_eq!(one.rejects, other.rejects);
    }

    #[test]
    fn good_records_survive_bad_lines(bad in prop::collection::vec("[ -~]{1,60}", 0..6)) {
        // A line of its own may open an array or an object around one: what follows is then not its neighbour.
        prop_assume!(bad.iter().all(|line| !line.trim_start_matches([' ', ',']).starts_with(['[', '{']) && !line.contains('"')));
        let mut lines = vec![AWS];
        for line in &bad {
            lines.extend([line.as_str(), AWS]);
        }
        let seen = seen(lines.join("\n").as_bytes(), 64);
        prop_assert_eq!(seen.events.len(), bad.len() + 1, "{:?}", seen.rejects);
    }
}

//! Broken and hostile rule files end in an answer or an error, never in a panic or without end.

use isoneph_network::acl::{Definitions, ReadOptions, pairs, read};
use isoneph_network::policy::generate::Seeded;
use proptest::prelude::*;

const SAMPLES: [&str; 5] = [
    "action,protocol,src,sport,dst,dport\npermit,tcp,10.0.0.0/8,1-2,::1,http\ndeny,\"a,b\",x,,,\n",
    "*filter\n:INPUT DROP [0:0]\n:c - [1:2]\n[3:4] -A INPUT ! -s 10.0.0.0/8 -p tcp -m multiport --dports 1:2,3 -g c\n-A c -p icmp --icmp-type 3/4 -m comment --comment \"x y\" -j RETURN\n-I INPUT 1 -i eth+ --tcp-flags SYN,ACK SYN -j LOG\nCOMMIT\n",
    "interface Gi0/0\n ip access-group A in\n no ipv6 traffic-filter S out\nExtended IP access list A (Compiled)\n 10 permit tcp any any eq 22 (3 matches)\nStandard IP access list 10\n 10 permit 10.0.0.0, wildcard bits 0.0.0.255\nIPv6 access list S\n permit udp any any sequence 10\naccess-list O line 2 extended permit ip any object-group G (hitcnt=2) 0x1\n  access-list O line 2 extended permit ip any host 10.0.0.1 (hitcnt=2) (inactive) 0x2\nIP access list N\n 10 deny tcp any any [match=4]\n",
    "object-group network G\n host 1.2.3.4\n range 1.1.1.1 1.1.1.9\n group-object G\nobject-group service S tcp\n port-object range 1 2\nip access-list extended A\n 10 permit tcp any eq 1 2 object-group G range 1 65535 established log\naccess-list X line 3 extended deny object-group S 1.2.3.0 255.255.255.0 host ::1 inactive\nipv6 access-list B\n permit icmp 2001::/16 any 128 0\n",
    "header { target:: cisco f mixed\n target:: iptables INPUT }\nterm a { source-address:: A 10.0.0.0/8 destination-port:: P 1-2 protocol:: tcp udp icmp:: option:: established action:: accept }\n#include 'x'\nterm b { expiration:: 2020-01-01 verbatim:: cisco \"x\" }\n",
];

fn check(text: &str) {
    let mut options = ReadOptions { as_of: "2026-01-01".parse().ok(), ..ReadOptions::default() };
    options.includes.insert("x".to_owned(), text.to_owned());
    let mut definitions = Definitions::default();
    let _ = definitions.add(text);
    options.definitions = definitions;
    if let Ok(document) = read(text, &options) {
        assert_eq!(pairs(&document, &document).alone, []);
        for policy in &document.policies {
            let _ = policy.evaluate(&crate::packet("tcp 10.0.0.1:1 10.0.0.2:2"));
            let _ = policy.evaluate(&crate::packet("icmpv6 1/1 ::1 ::2"));
        }
    }
}

#[test]
fn samples_cut_and_mixed_at_random_are_read_or_refused() {
    let mut random = Seeded::new(7);
    let words: Vec<&str> = SAMPLES.iter().flat_map(|sample| sample.split_inclusive([' ', '\n', ','])).collect();
    for round in 0..5000 {
        let mut parts: Vec<&str> = SAMPLES[round % SAMPLES.len()].split_inclusive([' ', '\n', ',']).collect();
        for _ in 0..1 + random.below(6) {
            let at = random.below(parts.len() as u64) as usize;
            match random.below(3) {
                0 => drop(parts.remove(at)),
                1 => parts.insert(at, words[random.below(words.len() as u64) as usize]),
                _ => parts[at] = words[random.below(words.len() as u64) as usize],
            }
        }
        check(&parts.concat());
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
        check(&text);
        for start in ["*filter\n-A INPUT ", "ip access-list extended A\n permit ", "header { target:: cisco }\nterm x { ", "permit,tcp,"] {
            check(&format!("{start}{text}"));
        }
    }
}

#[test]
fn groups_that_nest_themselves_tenfold_end() {
    let mut text = String::new();
    for level in 0..20 {
        text.push_str(&format!("object-group network G{level}\n"));
        for _ in 0..10 {
            text.push_str(&format!(" group-object G{}\n", level + 1));
        }
    }
    text.push_str("ip access-list extended A\n permit ip object-group G0 any\n");
    let policy = crate::only_policy(&text);
    assert_eq!(crate::verdict(&policy, "47 1.1.1.1 2.2.2.2"), "undecided");
}

#[test]
fn a_mark_before_the_text_is_no_part_of_it() {
    for text in [
        "ip access-list extended A\r\n permit tcp any any eq 80\r\n",
        "*filter\r\n:FORWARD DROP [0:0]\r\n-A FORWARD -p tcp --dport 80 -j ACCEPT\r\nCOMMIT\r\n",
        "action,protocol,src,sport,dst,dport\r\npermit,tcp,any,any,any,80\r\n",
    ] {
        let policy = crate::only_policy(&format!("\u{feff}{text}"));
        assert_eq!(crate::verdict(&policy, "tcp 1.1.1.1:1 2.2.2.2:80"), "permit", "{text}");
        assert_eq!(crate::verdict(&policy, "tcp 1.1.1.1:1 2.2.2.2:81"), "deny", "{text}");
    }
}

#[test]
fn rules_of_a_device_are_no_network_and_are_said_to_be_none() {
    use isoneph_network::model::{InputFile, Model};
    for sample in SAMPLES {
        let file = InputFile { path: "rules".into(), bytes: sample.as_bytes().to_vec() };
        let (model, problems) = Model::read(vec![file]);
        assert!(model.sources.is_empty());
        let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        assert!(matches!(messages.as_slice(), [one] if one.contains("rules of a device")), "{messages:?}");
    }
}

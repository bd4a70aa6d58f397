//! Counting pairs class by class.

use super::bits::Bits;
use super::ports::Ports;
use super::side::Side;

/// How many far ends of one class are permitted one set of ports: (class, ports, count).
type Share = (u32, u32, u64);

/// Pairs of a sender and a receiver between which something passes, a pod and itself included.
pub(super) fn pairs(into: &Side, out: &Side, ports: &mut Ports) -> u64 {
    let everybody = Bits::below(into.order().len() as u32);
    // For each class of receivers: what each class of senders, rising, may send to how many of them.
    let mut sent: Vec<Vec<Share>> = vec![Vec::new(); into.classes()];
    for sender in 0..out.classes() {
        for (receiver, held, count) in shares(out, sender, into.starts(), &everybody, ports) {
            sent[receiver as usize].push((sender as u32, held, count));
        }
    }
    let mut total = 0;
    for (receiver, sent) in sent.iter().enumerate() {
        let mut taken = shares(into, receiver, out.starts(), &everybody, ports);
        taken.sort_unstable();
        total += meeting(&taken, sent, ports);
    }
    total
}

/// What a class permits to the classes of the other direction, whose first ranks are given.
fn shares(side: &Side, class: usize, starts: &[u32], everybody: &Bits, ports: &mut Ports) -> Vec<Share> {
    let mut out = Vec::new();
    for (held, members) in side.groups(class, everybody, ports) {
        by_class(&members, starts, |class, count| out.push((class, held, count)));
    }
    out
}

/// How many of a set are in each class, in rising order.
fn by_class(set: &Bits, starts: &[u32], mut found: impl FnMut(u32, u64)) {
    let (mut class, mut count) = (0, 0_u64);
    for (place, word) in set.words() {
        let (mut rest, first) = (*word, place * 64);
        while rest != 0 {
            let lowest = first + rest.trailing_zeros();
            if starts[class + 1] <= lowest {
                if count > 0 {
                    found(class as u32, count);
                }
                // The last class that starts at or before the rank: a class is never empty.
                (class, count) = (starts.partition_point(|start| *start <= lowest) - 1, 0);
            }
            let end = starts[class + 1] - first;
            let own = if end >= 64 { rest } else { rest & ((1 << end) - 1) };
            count += u64::from(own.count_ones());
            rest &= !own;
        }
    }
    if count > 0 {
        found(class as u32, count);
    }
}

/// Pairs of one class of receivers: both lists rise by classes of senders, and count where their ports meet.
fn meeting(taken: &[Share], sent: &[Share], ports: &Ports) -> u64 {
    let (mut total, mut at) = (0, 0);
    for held in taken.chunk_by(|one, next| one.0 == next.0) {
        at += sent[at..].partition_point(|share| share.0 < held[0].0);
        let same = sent[at..].iter().take_while(|share| share.0 == held[0].0);
        for (_, far, receivers) in same {
            let senders = held.iter().filter(|(_, near, _)| ports.meet(*near, *far));
            total += receivers * senders.map(|(_, _, count)| count).sum::<u64>();
        }
    }
    total
}

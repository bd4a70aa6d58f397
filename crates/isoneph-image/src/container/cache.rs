//! Blocks kept in memory, so that a block is read (and decompressed) once.

use super::disk::{Disk, DiskError, check_range};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Keeps values by number, at most so many of them; which one goes is chosen by the clock algorithm, which is LRU to
/// within one turn of the hand and costs no list.
pub(crate) struct Kept<V> {
    slots: Vec<Slot<V>>,
    by_key: HashMap<u64, usize>,
    hand: usize,
    capacity: usize,
}

struct Slot<V> {
    key: u64,
    value: V,
    used: bool,
}

impl<V> Kept<V> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { slots: Vec::new(), by_key: HashMap::new(), hand: 0, capacity: capacity.max(1) }
    }

    pub(crate) fn get(&mut self, key: u64) -> Option<&V> {
        let slot = self.slots.get_mut(*self.by_key.get(&key)?)?;
        slot.used = true;
        Some(&slot.value)
    }

    pub(crate) fn insert(&mut self, key: u64, value: V) -> &V {
        let slot = Slot { key, value, used: false };
        let index = if self.slots.len() < self.capacity {
            self.slots.push(slot);
            self.slots.len() - 1
        } else {
            while std::mem::take(&mut self.slots[self.hand].used) {
                self.hand = (self.hand + 1) % self.slots.len();
            }
            let index = self.hand;
            self.by_key.remove(&self.slots[index].key);
            self.slots[index] = slot;
            self.hand = (index + 1) % self.slots.len();
            index
        };
        self.by_key.insert(key, index);
        &self.slots[index].value
    }
}

/// Bytes of one block: four of the usual file-system blocks. Larger blocks read more than the walk needs.
const BLOCK: usize = 16 * 1024;
/// Bytes kept.
const KEPT: usize = 24 << 20;

/// A disk whose blocks are kept.
pub(crate) struct CachedDisk<D> {
    disk: D,
    kept: Mutex<Kept<Box<[u8]>>>,
}

impl<D: Disk> CachedDisk<D> {
    pub(crate) fn new(disk: D) -> Self {
        Self { disk, kept: Mutex::new(Kept::new(KEPT / BLOCK)) }
    }
}

impl<D: Disk> Disk for CachedDisk<D> {
    fn length(&self) -> u64 {
        self.disk.length()
    }

    fn read_at(&self, mut offset: u64, mut buffer: &mut [u8]) -> Result<(), DiskError> {
        let length = self.length();
        check_range(offset, buffer.len(), length)?;
        if buffer.len() >= 4 * BLOCK {
            // Content of a large file, read once: keeping it would only push out what is read again.
            return self.disk.read_at(offset, buffer);
        }
        // What is kept is always whole: a panic elsewhere cannot have torn it.
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        while !buffer.is_empty() {
            let number = offset / BLOCK as u64;
            let within = (offset % BLOCK as u64) as usize;
            let count = buffer.len().min(BLOCK - within);
            let (now, rest) = buffer.split_at_mut(count);
            if let Some(block) = kept.get(number) {
                now.copy_from_slice(&block[within..within + count]);
            } else {
                let start = number * BLOCK as u64;
                let size = (length - start).min(BLOCK as u64) as usize;
                let mut block = vec![0; size].into_boxed_slice();
                match self.disk.read_at(start, &mut block) {
                    Ok(()) => now.copy_from_slice(&kept.insert(number, block)[within..within + count]),
                    // A neighbour that cannot be read must not hide what was asked for.
                    Err(_) => self.disk.read_at(offset, now)?,
                }
            }
            buffer = rest;
            offset += count as u64;
        }
        Ok(())
    }
}

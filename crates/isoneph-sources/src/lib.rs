//! Sources: bytes to rows, gaps, coverage and rejects. One module a format; which format a file has is told by its
//! content, never by its name. Whatever is given and cannot be read is told with file, place and what to do.

mod boundary;
mod fault;
mod filled;
mod findings;
mod format;
mod head;
mod images;
mod input;
mod inventories;
mod logs;
mod networks;
mod pipes;
mod scan;
mod stream;
mod tenants;
mod terraform;

pub use boundary::{ClaimedLayer, read_boundary_tests};
pub use fault::Fault;
pub use filled::filled_by;
pub use format::Format;
pub use images::{ImagePurpose, Images, IntendedListeners, read_images};
pub use input::{ReadError, ReadSummary, Reading, is_cloud_list, read_path};
pub use logs::{Judged, Logs, LogsAgainst, LogsError, files_of};
pub use networks::{NetworkFiles, NetworkQuestion, find_networks, write_networks};
pub use pipes::Piped;
pub use tenants::write_tenant_grants;
pub use terraform::{MappedType, ProviderDefault, mapped_types, provider_defaults};

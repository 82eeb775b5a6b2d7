//! What reaches the disk, and what happens when it is full. For SQLite: PostgreSQL looks after its own disk.

mod strace;
mod unshare;

//! This process, under the names that every client of Prometheus uses.

use crate::api::exposition::Exposition;
use crate::store::process::Process;

/// Writes what the system tells.
pub fn write(out: &mut Exposition) {
    let process = Process::now();
    let whole = |number: Option<u64>| number.map(|n| n as f64);
    out.counter("process_cpu_seconds_total", "Processor time of user and system, in seconds.")
        .maybe(&[], process.cpu_seconds);
    out.gauge("process_resident_memory_bytes", "Memory that the process holds, in bytes.")
        .maybe(&[], whole(process.resident_bytes));
    out.gauge("process_virtual_memory_bytes", "Memory that the process may address, in bytes.")
        .maybe(&[], whole(process.virtual_bytes));
    out.gauge("process_open_fds", "Open files and sockets.").maybe(&[], whole(process.open_descriptors));
    out.gauge("process_max_fds", "The most files and sockets that may be open.")
        .maybe(&[], whole(process.max_descriptors));
    out.gauge("process_threads", "Threads.").maybe(&[], whole(process.threads));
    out.gauge("process_start_time_seconds", "When the process began, in seconds since 1970.")
        .maybe(&[], process.started);
}

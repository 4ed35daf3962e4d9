//! Opens Prices of client/examples/prices.yaml, writes, waits for the change, reads and lists:
//! `cargo run --example prices`, with shmbclient.dll beside the program.

#[cfg(windows)]
fn main() -> Result<(), shmbroker::Error> {
    use shmbroker::{Rights, Segment};
    use std::time::Duration;

    let second = Duration::from_secs(1);
    let prices = Segment::open("Prices", Rights::WRITE, 5 * second)?;

    // One write, under the lock. The text ends with a zero.
    prices.update(0, b"1.25\0", 5 * second)?;

    // Another thread makes two writes under the lock; readers see both or none.
    let seen = prices.change_number()?;
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let held = prices.lock(5 * second)?;
            if held.abandoned() {
                // The last owner died: the content may be half written. We write all of it.
                held.mark_consistent()?;
            }
            let write = prices.begin_write()?;
            prices.write(0, b"1.")?;
            prices.write(2, b"26\0")?;
            write.end()?;
            held.unlock()
        });
        // Waits for them.
        if prices.wait_changed(seen, 60 * second)?.is_none() {
            println!("Prices: no change");
        }
        writer.join().expect("the writer does not panic")
    })?;

    // A copy that never has half of a write in it, without the lock.
    let mut text = vec![0; prices.len()];
    prices.snapshot(0, &mut text, second)?;
    let end = text.iter().position(|c| *c == 0).unwrap_or(text.len());
    println!("Prices: {}", String::from_utf8_lossy(&text[..end]));

    for object in shmbroker::list()? {
        println!("{}: {}, {} bytes", object.name, object.kind, object.size);
    }
    Ok(())
}

#[cfg(not(windows))]
fn main() {}

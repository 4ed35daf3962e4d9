'use strict';
// Opens, reads, writes under the lock, waits for a change, and lists: node example.js, with this
// configuration:
//
//     segments:
//       NodeExample: { size: 64, notify: true, access: { write: [Users] } }
const { Segment, ShmbError, list, WRITE } = require('./shmb');

async function main() {
    const memory = await Segment.openAsync('NodeExample', WRITE, { waitMs: 5000 });
    console.log(`${memory.name}: ${memory.size} bytes`);
    console.log(`read: ${memory.snapshot(0, 5)}`);

    // The lock is released when the function returns.
    const changes = memory.changes();
    memory.locked(() => memory.write(0, Buffer.from('from Node')));
    for await (const number of changes) {
        console.log(`change ${number}: ${memory.snapshot(0, 9)}`);
        break;
    }

    try {
        memory.snapshot(65, 1);
    } catch (error) {
        if (!(error instanceof ShmbError))
            throw error;
        console.log(`${error.result}: ${error.message}`);
    }
    memory.close();

    for (const object of list().filter((one) => one.name === 'NodeExample'))
        console.log(`${object.name}: ${object.bytes} bytes`);
}

main().catch((error) => {
    console.error(error);
    process.exitCode = 1;
});

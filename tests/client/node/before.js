'use strict';
// A program of an earlier shmb.js: it must keep working.
const { Segment, Queue, WRITE } = require('shmbroker');

const memory = Segment.open('NodeBefore', WRITE);
console.log(`${memory.size} bytes: ${memory.snapshot(0, 5)}`);
memory.waitChanged(0);
console.log(`written: ${memory.update(0, Buffer.from('from Node'))}, at the end ${memory.update(60, Buffer.from('12345678'))}`);
console.log(`changed: ${memory.waitChanged(1000)}, again: ${memory.waitChanged(0)}`);
console.log(`read: ${memory.snapshot(0, 9)}`);
try {
    memory.snapshot(65, 1);
} catch (error) {
    console.log(`${error.code}: ${error.message}`);
}
const watch = memory.watch(() => {
    console.log(`watched: ${memory.snapshot(0, 9)}`);
    watch.close();
    memory.close();
});
memory.update(5, Buffer.from('Jane'));

const mine = Segment.createPrivate(null, 16);
console.log(`private: ${mine.size} bytes, first ${mine.first}, ${mine.update(0, Buffer.from('mine'))} written`);
mine.close();

const orders = Queue.open('NodeQueue');
console.log(`put: ${orders.put(Buffer.from('one'))}, ${orders.put(Buffer.alloc(100, 'x'))}, ${orders.put(Buffer.from('three'))}`);
console.log(`peeked: ${orders.peek()}, got: ${orders.get()}, ${orders.get().length} bytes, ${orders.get()}`);
console.log(`cleared: ${orders.put(Buffer.from('two')) && orders.clear()}`);
orders.close();

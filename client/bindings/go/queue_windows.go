package shmbroker

import (
	"context"
	"errors"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// A Queue passes messages between programs; each goes to one consumer. With `producers: one` or
// `consumers: one` the end belongs to a thread: the goroutine that puts, or gets, must call
// runtime.LockOSThread first.
type Queue struct {
	handle handle
	room   atomic.Uint32 // bytes of the longest message so far
}

// OpenQueue opens a queue. With Read, only Peek and Info work.
func OpenQueue(name string, rights Rights, wait time.Duration) (*Queue, error) {
	first, err := nameOf(name)
	if err != nil {
		return nil, err
	}
	return openedQueue(func(queue *uintptr) int32 {
		return shmbQueueOpen(first, uint32(rights), milliseconds(wait), queue)
	})
}

// OpenQueueWith opens a queue with options; Offset and Length must be 0.
func OpenQueueWith(name string, options Options) (*Queue, error) {
	first, err := nameOf(name)
	if err != nil {
		return nil, err
	}
	given, err := options.given()
	if err != nil {
		return nil, err
	}
	return openedQueue(func(queue *uintptr) int32 { return shmbQueueOpenWith(first, given, queue) })
}

func openedQueue(call func(queue *uintptr) int32) (*Queue, error) {
	var value uintptr
	if _, err := invoke(func() int32 { return call(&value) }); err != nil {
		return nil, err
	}
	q := &Queue{handle: newHandle(value, shmbQueueClose)}
	q.room.Store(64)
	return q, nil
}

// Close closes the queue, once.
func (q *Queue) Close() error { return q.handle.close() }

// Put puts a message. ErrTimeout: the queue is full; nothing was put. ErrRange: it is longer than
// `slot_size`.
func (q *Queue) Put(message []byte, timeout time.Duration) error {
	_, err := q.handle.use(func(value uintptr) int32 {
		return shmbQueuePut(value, pointerTo(message), uint32(len(message)), milliseconds(timeout))
	})
	return err
}

// Get gets the oldest message. ErrTimeout: none came.
func (q *Queue) Get(timeout time.Duration) ([]byte, error) {
	return q.take(func(value uintptr, buffer []byte, length *uint32) int32 {
		return shmbQueueGet(value, pointerTo(buffer), uint32(len(buffer)), length, milliseconds(timeout))
	})
}

// Peek copies the oldest message, and leaves it in the queue. ErrTimeout: there is none.
func (q *Queue) Peek() ([]byte, error) {
	return q.take(func(value uintptr, buffer []byte, length *uint32) int32 {
		return shmbQueuePeek(value, pointerTo(buffer), uint32(len(buffer)), length)
	})
}

// take asks again with a buffer that is long enough: until then, the message stays in the queue.
func (q *Queue) take(call func(value uintptr, buffer []byte, length *uint32) int32) ([]byte, error) {
	for {
		var length uint32
		buffer := make([]byte, q.room.Load())
		_, err := q.handle.use(func(value uintptr) int32 { return call(value, buffer, &length) })
		if err == nil {
			return buffer[:length], nil
		}
		if !errors.Is(err, ErrRange) || length <= uint32(len(buffer)) {
			return nil, err
		}
		q.room.Store(length)
	}
}

// GetContext gets the oldest message; the context, or Close, ends the wait.
func (q *Queue) GetContext(ctx context.Context) ([]byte, error) {
	for {
		message, err := q.Get(0)
		if !errors.Is(err, ErrTimeout) {
			return message, err
		}
		value, err := q.handle.acquire()
		if err != nil {
			return nil, err
		}
		var event syscall.Handle
		_, err = invoke(func() int32 { return shmbQueueEvent(value, &event) })
		if err == nil {
			// A producer can die before it sets the event.
			err = waitFor(ctx, event, recheck, q.handle.closing, nil)
		}
		q.handle.release()
		if err != nil {
			return nil, err
		}
	}
}

// Clear removes all messages, and repairs what a program has damaged. It returns how many.
func (q *Queue) Clear() (uint64, error) {
	var count uint64
	_, err := q.handle.use(func(value uintptr) int32 { return shmbQueueClear(value, &count) })
	return count, err
}

// A QueueInfo describes a queue, as of one moment.
type QueueInfo struct {
	Flags                      Flags
	Slots, SlotSize            uint32 // messages that fit in, and the most bytes of one
	Messages                   uint64 // in the queue now
	Put, Got, Dropped, Refused uint64 // since the queue was made
	Generation                 uint64 // grows each time the queue is recreated
}

// Info describes the queue.
func (q *Queue) Info() (QueueInfo, error) {
	var info shmbQueueInfo
	info.size = uint32(unsafe.Sizeof(info))
	_, err := q.handle.use(func(value uintptr) int32 { return shmbQueueLevel(value, &info) })
	if err != nil {
		return QueueInfo{}, err
	}
	return QueueInfo{Flags(info.flags), info.slots, info.slotSize, info.messages, info.put, info.got,
		info.dropped, info.refused, info.generation}, nil
}

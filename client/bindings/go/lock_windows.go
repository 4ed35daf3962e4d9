package shmbroker

import (
	"runtime"
	"syscall"
	"time"
	"unsafe"
)

// What a goroutine has begun in a segment and must end itself: it stays on its thread until then.
// The segment stays open.
type begun struct {
	segment *Segment
	thread  uint32
	ended   bool
}

// begin makes a call that begins something. After a success the goroutine stays on its thread.
func (s *Segment) begin(call func(value uintptr) int32) (int32, begun, error) {
	value, err := s.handle.acquire()
	if err != nil {
		return 0, begun{}, err
	}
	runtime.LockOSThread()
	result, err := invoke(func() int32 { return call(value) })
	if err != nil {
		runtime.UnlockOSThread()
		s.handle.release()
	}
	return result, begun{segment: s, thread: threadID()}, err
}

// check fails where another goroutine calls, or after the end.
func (b *begun) check() error {
	if b.thread != threadID() {
		return &Error{Result: ErrNotOwner, Text: "another goroutine began this and must end it"}
	}
	if b.ended {
		return ErrClosed
	}
	return nil
}

// end makes the call that ends it. It has ended then, also if the call failed.
func (b *begun) end(call func(value uintptr) int32) error {
	if err := b.check(); err != nil {
		return err
	}
	b.ended = true
	_, err := invoke(func() int32 { return call(b.segment.handle.value) })
	b.segment.handle.release()
	runtime.UnlockOSThread()
	return err
}

func (b *begun) within(call func(value uintptr) int32) error {
	if err := b.check(); err != nil {
		return err
	}
	_, err := invoke(func() int32 { return call(b.segment.handle.value) })
	return err
}

// A Lock is the lock of a segment, held by the goroutine that took it.
type Lock struct {
	begun
	abandoned bool
}

// Lock takes the segment's lock. The goroutine may take it again, and must release it as often.
// ErrTimeout: LockInfo tells who has it.
func (s *Segment) Lock(timeout time.Duration) (*Lock, error) {
	result, b, err := s.begin(func(value uintptr) int32 { return shmbLock(value, milliseconds(timeout)) })
	if err != nil {
		return nil, err
	}
	return &Lock{b, result > 0}, nil
}

// Unlock releases the lock once. It must be called by the goroutine that took it; another one gets
// ErrNotOwner, and the lock stays.
func (l *Lock) Unlock() error { return l.end(shmbUnlock) }

// Abandoned tells that an owner died while it held the lock: the content may be half written.
// Repair it and call MarkConsistent, or call Restore.
func (l *Lock) Abandoned() bool { return l.abandoned }

// MarkConsistent declares the content consistent.
func (l *Lock) MarkConsistent() error { return l.within(shmbMarkConsistent) }

// Restore puts the last published value back, with `snapshots: double`, and declares it consistent.
func (l *Lock) Restore() error { return l.within(shmbRestore) }

// A Bracket is a write of several steps.
type Bracket struct{ begun }

// BeginWrite begins a write through Bytes, or of several calls of WriteAt that belong together.
// Hold the lock for all of it. Snapshots wait for its end.
func (s *Segment) BeginWrite() (*Bracket, error) {
	_, b, err := s.begin(shmbWriteBegin)
	if err != nil {
		return nil, err
	}
	return &Bracket{b}, nil
}

// End ends the write. It must be called by the goroutine that began it.
func (w *Bracket) End() error { return w.end(shmbWriteEnd) }

// FillOnce fills the segment, if this program is the first to do so: `fill` runs under the lock. If it
// fails, or the program dies, the next program is first. True: this call filled it; false: it was
// filled already. ErrTimeout: another program is first and not done.
func (s *Segment) FillOnce(timeout time.Duration, fill func() error) (bool, error) {
	var first int32
	_, b, err := s.begin(func(value uintptr) int32 { return shmbFirst(value, milliseconds(timeout), &first) })
	if err != nil {
		return false, err
	}
	if first == 0 {
		// Nothing was begun.
		b.segment.handle.release()
		runtime.UnlockOSThread()
		return false, nil
	}
	defer func() {
		if !b.ended {
			_ = b.end(shmbUnlock)
		}
	}()
	if err := fill(); err != nil {
		return false, err
	}
	err = b.end(shmbInitDone)
	return err == nil, err
}

// LockFlags tell what is known of a lock.
type LockFlags uint32

// What is known of a lock.
const (
	LockKnown     LockFlags = 0x01 // the system told whether a thread owns the lock
	LockHeld      LockFlags = 0x02 // a thread owns it
	LockOwner     LockFlags = 0x04 // the system told which
	LockAbandoned LockFlags = 0x08 // an owner died
	LockHalf      LockFlags = 0x10 // a writer died in the middle of a write
)

// A LockInfo describes a lock, for messages; it is never a reason not to take the lock.
type LockInfo struct {
	Flags           LockFlags
	Process, Thread uint32    // ids of the owner, or of the one that died; 0: not known
	Since           time.Time // when it took the lock; zero: not known
}

// LockInfo tells who holds the lock and since when, and whether it was abandoned.
func (s *Segment) LockInfo() (LockInfo, error) {
	var info shmbLockInfo
	info.size = uint32(unsafe.Sizeof(info))
	_, err := s.handle.use(func(value uintptr) int32 { return shmbLockState(value, &info) })
	if err != nil {
		return LockInfo{}, err
	}
	return LockInfo{LockFlags(info.flags), info.process, info.thread, timeOf(info.since)}, nil
}

// timeOf turns the time of a FILETIME. Any program that may write a segment can write it.
func timeOf(filetime uint64) time.Time {
	if filetime == 0 || filetime>>63 != 0 {
		return time.Time{}
	}
	parts := syscall.Filetime{LowDateTime: uint32(filetime), HighDateTime: uint32(filetime >> 32)}
	return time.Unix(0, parts.Nanoseconds())
}

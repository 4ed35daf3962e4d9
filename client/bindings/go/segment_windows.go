package shmbroker

import (
	"io"
	"time"
	"unsafe"
)

// Rights to open an object with.
type Rights uint32

// Rights.
const (
	Read  Rights = 1 // needs level `read` in the configuration
	Write Rights = 2 // read, write and lock; needs level `write`
)

// Options for OpenWith.
type Options struct {
	Rights Rights
	Wait   time.Duration // for a broker that does not run yet or does not hold the name yet
	Offset int64         // the first byte to map; offsets of other calls count from it
	Length int64         // bytes to map; 0: to the end
	Owner  string        // the SID of one more owner to trust, if the broker has an account of its own
}

// A Segment is open shared memory.
//
// Copies that end beyond the end of the segment are cut, and the error is io.EOF, or
// io.ErrShortWrite. ErrRange: the start is beyond the end; nothing was copied.
type Segment struct {
	handle handle
	data   []byte
}

var (
	_ io.ReaderAt = (*Segment)(nil)
	_ io.WriterAt = (*Segment)(nil)
)

// Open opens a segment and maps all of it. `Prices` and `Global\Prices` mean the same.
func Open(name string, rights Rights, wait time.Duration) (*Segment, error) {
	first, err := nameOf(name)
	if err != nil {
		return nil, err
	}
	return opened(func(segment *uintptr) int32 {
		return shmbOpen(first, uint32(rights), milliseconds(wait), segment)
	})
}

// OpenWith opens a segment, or a part of it: a 32-bit program can use a large segment this way.
func OpenWith(name string, options Options) (*Segment, error) {
	first, err := nameOf(name)
	if err != nil {
		return nil, err
	}
	given, err := options.given()
	if err != nil {
		return nil, err
	}
	return opened(func(segment *uintptr) int32 {
		return shmbOpenWith(first, given, segment)
	})
}

func (o Options) given() (*shmbOptions, error) {
	given := &shmbOptions{rights: uint32(o.Rights), waitMs: milliseconds(o.Wait),
		offset: uint64(o.Offset), length: uint64(o.Length)}
	given.size = uint32(unsafe.Sizeof(*given))
	if o.Owner != "" {
		owner, err := nameOf(o.Owner)
		if err != nil {
			return nil, err
		}
		given.owner = owner
	}
	return given, nil
}

// CreatePrivate creates or opens memory that the processes of one user share in one session, with a
// lock and without the broker; "": with a name that no object has. True: this call created it.
func CreatePrivate(name string, size int64) (*Segment, bool, error) {
	var first *byte
	if name != "" {
		var err error
		if first, err = nameOf(name); err != nil {
			return nil, false, err
		}
	}
	var created int32
	segment, err := opened(func(segment *uintptr) int32 {
		return shmbPrivateCreate(first, uint64(size), segment, &created)
	})
	return segment, created != 0, err
}

func opened(call func(segment *uintptr) int32) (*Segment, error) {
	var value uintptr
	if _, err := invoke(func() int32 { return call(&value) }); err != nil {
		return nil, err
	}
	s := &Segment{handle: newHandle(value, shmbClose)}
	var size uint64
	var data unsafe.Pointer
	_, err := invoke(func() int32 {
		if result := shmbSize(value, &size); result < 0 {
			return result
		}
		return shmbData(value, &data)
	})
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	s.data = unsafe.Slice((*byte)(data), int(size))
	return s, nil
}

// Close closes the segment, once. While a lock or write that was begun through it is held, and while
// a call uses it, its memory stays; other calls fail with ErrClosed.
func (s *Segment) Close() error { return s.handle.close() }

// Name returns the name without `Global\`.
func (s *Segment) Name() (string, error) {
	var buffer [601]byte
	_, err := s.handle.use(func(value uintptr) int32 {
		return shmbName(value, &buffer[0], uint32(len(buffer)))
	})
	return terminated(buffer[:]), err
}

// Size returns the number of usable bytes.
func (s *Segment) Size() int64 { return int64(len(s.data)) }

// Bytes returns the memory itself, valid until the segment is closed: later, or to write with Read
// rights only, is an access violation, which ends the program. Hold the lock, and write between
// BeginWrite and End. Other programs may change it at any moment.
func (s *Segment) Bytes() []byte { return s.data }

// ReadAt copies bytes out of the segment. It takes no lock: hold the lock, or use Snapshot.
func (s *Segment) ReadAt(p []byte, offset int64) (int, error) {
	return s.copied(len(p), io.EOF, func(value uintptr, done *uint64) int32 {
		return shmbRead(value, uint64(offset), pointerTo(p), uint64(len(p)), done)
	})
}

// WriteAt copies bytes into the segment. If it has a lock, the goroutine must hold it (ErrNotOwner).
func (s *Segment) WriteAt(p []byte, offset int64) (int, error) {
	return s.copied(len(p), io.ErrShortWrite, func(value uintptr, done *uint64) int32 {
		return shmbWrite(value, uint64(offset), pointerTo(p), uint64(len(p)), done)
	})
}

// Update locks, writes and unlocks in one call.
func (s *Segment) Update(p []byte, offset int64, timeout time.Duration) (int, error) {
	return s.copied(len(p), io.ErrShortWrite, func(value uintptr, done *uint64) int32 {
		return shmbUpdate(value, uint64(offset), pointerTo(p), uint64(len(p)), milliseconds(timeout), done)
	})
}

// Snapshot copies bytes as ReadAt does, but never with half of a write by the library in them.
// Needs Read only, and takes no lock. It tries for some milliseconds. ErrBusy: programs kept
// writing; use SnapshotWait. ErrInconsistent: a writer died in the middle of a write.
func (s *Segment) Snapshot(p []byte, offset int64) (int, error) {
	return s.copied(len(p), io.EOF, func(value uintptr, done *uint64) int32 {
		return shmbSnapshot(value, uint64(offset), pointerTo(p), uint64(len(p)), done)
	})
}

// SnapshotWait does the same for up to `timeout`; with 0 it tries once.
func (s *Segment) SnapshotWait(p []byte, offset int64, timeout time.Duration) (int, error) {
	return s.copied(len(p), io.EOF, func(value uintptr, done *uint64) int32 {
		return shmbSnapshotWait(value, uint64(offset), pointerTo(p), uint64(len(p)), milliseconds(timeout), done)
	})
}

func (s *Segment) copied(count int, cut error, call func(value uintptr, done *uint64) int32) (int, error) {
	var done uint64
	_, err := s.handle.use(func(value uintptr) int32 { return call(value, &done) })
	if err == nil && done < uint64(count) {
		err = cut
	}
	return int(done), err
}

// ReadInPlace calls `read` with the segment's memory, or with its last published copy
// (`snapshots: double`), until no write has disturbed it; `timeout` limits each wait for a writer,
// and all of it. In `read`, only read, believe nothing and keep nothing: every value may be half of
// one and half of another. What was read counts only if ReadInPlace returns nil.
func (s *Segment) ReadInPlace(timeout time.Duration, read func(data []byte)) error {
	value, err := s.handle.acquire()
	if err != nil {
		return err
	}
	defer s.handle.release()
	started := time.Now()
	for {
		var data unsafe.Pointer
		var ticket uint64
		if _, err = invoke(func() int32 {
			return shmbReadPublished(value, milliseconds(timeout), &data, &ticket)
		}); err != nil {
			return err
		}
		read(unsafe.Slice((*byte)(data), len(s.data)))
		_, err = invoke(func() int32 { return shmbReadValid(value, ticket) })
		if busy, ok := err.(*Error); !ok || busy.Result != ErrBusy || timeout >= 0 && time.Since(started) >= timeout {
			return err
		}
	}
}

package shmbroker

import (
	"errors"
	"syscall"
	"time"
	"unsafe"
)

// A Kind is what an object is.
type Kind uint32

// Kinds of objects.
const (
	KindSegment   Kind = 0
	KindMutex     Kind = 1
	KindEvent     Kind = 2
	KindSemaphore Kind = 3
	KindQueue     Kind = 4
)

func (k Kind) String() string {
	words := [...]string{"segment", "mutex", "event", "semaphore", "queue"}
	if int(k) < len(words) {
		return words[k]
	}
	return "unknown kind"
}

// A State tells whether the broker has an object of its configuration.
type State uint32

// States of objects.
const (
	StateHeld     State = 1 // by the broker
	StateConflict State = 2 // an object that is not the broker's has the name
	StateFailed   State = 3 // the system could not create it
)

// Flags are properties of an object.
type Flags uint32

// Properties of objects.
const (
	FlagManualReset    Flags = 0x01   // event
	FlagReadersMayWait Flags = 0x02   // segment
	FlagInitial        Flags = 0x04   // segment: the broker wrote its initial content
	FlagCompanion      Flags = 0x08   // belongs to a segment or queue
	FlagHasLock        Flags = 0x10   // segment: it has a lock
	FlagRounded        Flags = 0x20   // the size is rounded up: opened without the directory
	FlagNotify         Flags = 0x40   // segment: WaitChanged works
	FlagPrivate        Flags = 0x80   // segment: private memory
	FlagDouble         Flags = 0x100  // segment: `snapshots: double`
	FlagFast           Flags = 0x200  // segment: its lock is a fast one
	FlagOneProducer    Flags = 0x400  // queue: one thread at a time may put
	FlagOneConsumer    Flags = 0x800  // queue: one thread at a time may get
	FlagRefuse         Flags = 0x1000 // queue: a put into a full queue fails
	FlagDropOldest     Flags = 0x2000 // queue: it drops the oldest message instead
	FlagRequested      Flags = 0x4000 // a program has asked for it: Request
)

// Has tells whether all of these are set.
func (f Flags) Has(flags Flags) bool { return f&flags == flags }

// An Object is one object of the broker, as of one moment.
type Object struct {
	Name             string
	Lock             string // segment with a lock: the name of its mutex, or of a fast lock's event
	Kind             Kind
	State            State
	Flags            Flags
	Size             int64  // segment, queue: bytes
	Generation       uint64 // grows each time the object is recreated; 0: unknown
	Initial, Maximum int32  // semaphore: counts
	Slots, SlotSize  uint32 // queue
	Rule             string // requested: the rule that allows it
	Account          string // requested: the SID of the account that has asked
}

func sizedInfo() *shmbInfo {
	info := &shmbInfo{}
	info.size = uint32(unsafe.Sizeof(*info))
	return info
}

func objectOf(info *shmbInfo) Object {
	return Object{Name: terminated(info.name[:]), Lock: terminated(info.lock[:]), Kind: Kind(info.kind),
		State: State(info.state), Flags: Flags(info.flags), Size: int64(info.bytes),
		Generation: info.generation, Initial: info.initial, Maximum: info.maximum,
		Slots: info.slots, SlotSize: info.slotSize,
		Rule: terminated(info.rule[:]), Account: terminated(info.account[:])}
}

// Describe describes one object, and does not open it.
func Describe(name string) (Object, error) {
	first, err := nameOf(name)
	if err != nil {
		return Object{}, err
	}
	info := sizedInfo()
	if _, err := invoke(func() int32 { return shmbDescribe(first, info) }); err != nil {
		return Object{}, err
	}
	return objectOf(info), nil
}

// List returns all objects, in the order of the configuration, a lock before its segment.
func List() ([]Object, error) {
	var list uintptr
	var count uint32
	if _, err := invoke(func() int32 { return shmbListOpen(&list, &count) }); err != nil {
		return nil, err
	}
	defer shmbListClose(list)
	objects := make([]Object, 0, count)
	for {
		info := sizedInfo()
		_, err := invoke(func() int32 { return shmbListNext(list, info) })
		if errors.Is(err, ErrNotFound) {
			return objects, nil
		}
		if err != nil {
			return nil, err
		}
		objects = append(objects, objectOf(info))
	}
}

// State tells whether the segment is still current, and what was known when it was opened. ErrStale:
// open it again. ErrNotFound: the broker no longer holds the name. The memory stays valid.
func (s *Segment) State() (Object, error) {
	info := sizedInfo()
	_, err := s.handle.use(func(value uintptr) int32 { return shmbState(value, info) })
	return objectOf(info), err
}

// A Broker is the broker that holds the objects.
type Broker struct {
	Process uint32
	Started time.Time
	Version string // "": it does not tell
}

// DescribeBroker describes the broker.
func DescribeBroker() (Broker, error) {
	var info shmbBrokerInfo
	info.size = uint32(unsafe.Sizeof(info))
	if _, err := invoke(func() int32 { return shmbDescribeBroker(&info) }); err != nil {
		return Broker{}, err
	}
	return Broker{info.process, timeOf(info.started), terminated(info.version[:])}, nil
}

// OpenObject opens a mutex, event or semaphore, and returns its Win32 handle; close it with
// syscall.CloseHandle. A mutex belongs to a thread: call runtime.LockOSThread before a wait for it.
func OpenObject(name string, kind Kind, rights Rights, wait time.Duration) (syscall.Handle, error) {
	first, err := nameOf(name)
	if err != nil {
		return 0, err
	}
	var handle syscall.Handle
	_, err = invoke(func() int32 {
		return shmbOpenObject(first, uint32(kind), uint32(rights), milliseconds(wait), &handle)
	})
	return handle, err
}

package shmbroker

import (
	"fmt"
	"reflect"
	"sync"
	"time"
	"unsafe"
)

// Load copies a value out of a segment, as SnapshotWait does. T is a number of a fixed width, or an
// array or struct of such: no pointers, bool, int or uint. Numbers of 8 bytes in a struct must stand at
// a multiple of 8, so that it is the same in 32 and 64 bit and in C. ErrRange: the value is not within
// the segment.
func Load[T any](s *Segment, offset int64, timeout time.Duration) (T, error) {
	var value T
	bytes, err := bytesOf(&value)
	if err != nil {
		return value, err
	}
	if err = s.holds(len(bytes), offset); err == nil {
		_, err = s.SnapshotWait(bytes, offset, timeout)
	}
	return value, err
}

// Store writes a value into a segment, as Update does.
func Store[T any](s *Segment, offset int64, value T, timeout time.Duration) error {
	bytes, err := bytesOf(&value)
	if err != nil {
		return err
	}
	if err = s.holds(len(bytes), offset); err == nil {
		_, err = s.Update(bytes, offset, timeout)
	}
	return err
}

func (s *Segment) holds(count int, offset int64) error {
	if offset < 0 || offset > s.Size() || int64(count) > s.Size()-offset {
		return &Error{Result: ErrRange, Text: "the value is not within the segment"}
	}
	return nil
}

func bytesOf[T any](value *T) ([]byte, error) {
	if err := plain(reflect.TypeOf(value).Elem()); err != nil {
		return nil, err
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(value)), int(unsafe.Sizeof(*value))), nil
}

var plainTypes sync.Map // reflect.Type -> error or nil

func plain(kind reflect.Type) error {
	if known, ok := plainTypes.Load(kind); ok {
		err, _ := known.(error)
		return err
	}
	var err error
	if why := unfit(kind, 0); why != "" {
		err = &Error{Result: ErrBadArgument, Text: fmt.Sprintf("%v cannot be in shared memory: %s", kind, why)}
	}
	plainTypes.Store(kind, err)
	return err
}

// unfit tells why a value of this type, so many bytes from the start, is not the same for all programs.
func unfit(kind reflect.Type, at uintptr) string {
	switch kind.Kind() {
	case reflect.Int8, reflect.Uint8, reflect.Int16, reflect.Uint16, reflect.Int32, reflect.Uint32, reflect.Float32, reflect.Complex64:
		return ""
	case reflect.Int64, reflect.Uint64, reflect.Float64, reflect.Complex128:
		if at%8 != 0 {
			return "a number of 8 bytes is not at a multiple of 8"
		}
		return ""
	case reflect.Array:
		for i := 0; i < kind.Len() && i < 2; i++ {
			if why := unfit(kind.Elem(), at+uintptr(i)*kind.Elem().Size()); why != "" {
				return why
			}
		}
		return ""
	case reflect.Struct:
		for i := 0; i < kind.NumField(); i++ {
			if why := unfit(kind.Field(i).Type, at+kind.Field(i).Offset); why != "" {
				return why
			}
		}
		return ""
	}
	return kind.String() + " is no number of a fixed width"
}

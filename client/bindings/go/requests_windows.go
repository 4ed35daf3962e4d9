package shmbroker

import (
	"fmt"
	"time"
	"unsafe"
)

// A Reason says why a request was refused.
type Reason uint32

// Reasons. The numbers never change.
const (
	ReasonNone         Reason = 0
	ReasonNoRule       Reason = 1  // no rule is for this name
	ReasonWho          Reason = 2  // the rule does not let this program ask
	ReasonKind         Reason = 3  // the rule does not have this kind
	ReasonSize         Reason = 4  // Most: bytes of the largest segment of the rule
	ReasonEachObjects  Reason = 5  // Used, Most: objects of this account
	ReasonEachMemory   Reason = 6  // Used, Most: bytes of this account
	ReasonTotalObjects Reason = 7  // Used, Most: objects of the rule
	ReasonTotalMemory  Reason = 8  // Used, Most: bytes of the rule
	ReasonLimits       Reason = 9  // `limits` of the configuration, or the most there can be
	ReasonRate         Reason = 10 // this account asks too often: Retry
	ReasonTaken        Reason = 11 // the name belongs to another object of the broker
	ReasonForeign      Reason = 12 // an object that is not the broker's has the name
	ReasonOther        Reason = 13 // it exists, but is of another kind, or smaller: Size
	ReasonNoAccess     Reason = 14 // it exists, but you may not open it
	ReasonNotRequested Reason = 15 // release: nobody has requested it
	ReasonNotYours     Reason = 16 // release: another account has requested it
	ReasonLives        Reason = 17 // release: it lives as long as the broker
	ReasonStopping     Reason = 18 // the broker is starting or stopping
	ReasonSystem       Reason = 19 // the system refused it
	ReasonMessage      Reason = 20 // the broker does not understand this library
	ReasonNoPipe       Reason = 21 // the configuration has no `requests:`
)

func (r Reason) String() string {
	words := [...]string{"none", "no rule", "who", "kind", "size", "objects of the account",
		"memory of the account", "objects of the rule", "memory of the rule", "limits", "rate", "taken",
		"foreign", "other", "no access", "not requested", "not yours", "lives", "stopping", "system",
		"message", "no requests"}
	if int(r) < len(words) {
		return words[r]
	}
	return fmt.Sprintf("reason %d", uint32(r))
}

type requestFlags uint32

const (
	requestManualReset requestFlags = 0x1
	requestSet         requestFlags = 0x2
)

// RequestOptions say what to ask for. The zero value asks for a segment.
type RequestOptions struct {
	Kind             Kind          // all but KindQueue
	ManualReset      bool          // event: it stays set until it is reset
	Set              bool          // event: it is set when it is created
	Initial, Maximum int32         // semaphore: counts
	Timeout          time.Duration // for a broker and its answer; 0: five seconds
	Owner            string        // as in Options
}

// RequestInfo is what the broker answered to a request.
type RequestInfo struct {
	Result     Result        // 0: it holds the object; else why not
	Made       bool          // this request created the object, or would create it; false: it existed
	Reason     Reason        // why it was refused
	Used, Most uint64        // objects or bytes, see the reason
	Size       uint64        // segment: bytes
	Retry      time.Duration // after which another try may succeed; 0: that would not help
	Rule       string        // the rule that decided; "": none
	Text       string        // why it was refused, with the rule and the numbers; "": it was not
}

// Allowed tells whether the request was not refused.
func (i RequestInfo) Allowed() bool { return i.Result >= 0 }

// Request asks the broker to hold an object that the configuration does not name: open it afterwards. A
// rule of the configuration (`requests:`) decides. An object that exists already is as good, if it is of
// this kind and has this size or more. The size is that of a segment in bytes, else 0.
//
// ErrNotAllowed: no rule allows it. ErrQuota: a quota is used up. In Error.Answer is what the broker
// answered.
func Request(name string, size uint64, options RequestOptions) (RequestInfo, error) {
	info, err := options.give(shmbRequest, name, size)
	if err == nil || info == nil {
		return answered(info), err
	}
	if failure, ok := err.(*Error); ok {
		failure.Answer = info
	}
	return *info, err
}

// AskRequest returns what Request would be answered, a refusal as well, and does nothing else. The error
// is that there was no answer.
func AskRequest(name string, size uint64, options RequestOptions) (RequestInfo, error) {
	info, err := options.give(shmbRequestAsk, name, size)
	if info != nil {
		err = nil
	}
	return answered(info), err
}

func answered(info *RequestInfo) RequestInfo {
	if info == nil {
		return RequestInfo{}
	}
	return *info
}

// give makes the call. Without an answer of the broker, the info is nil.
func (o RequestOptions) give(call func(name *byte, bytes uint64, options *shmbRequestOptions,
	info *shmbRequestInfo) int32, name string, size uint64) (*RequestInfo, error) {
	first, err := nameOf(name)
	if err != nil {
		return nil, err
	}
	given := &shmbRequestOptions{kind: uint32(o.Kind), timeoutMs: milliseconds(o.Timeout),
		initial: o.Initial, maximum: o.Maximum}
	given.size = uint32(unsafe.Sizeof(*given))
	if o.ManualReset {
		given.flags |= uint32(requestManualReset)
	}
	if o.Set {
		given.flags |= uint32(requestSet)
	}
	if o.Owner != "" {
		if given.owner, err = nameOf(o.Owner); err != nil {
			return nil, err
		}
	}
	told := &shmbRequestInfo{}
	told.size = uint32(unsafe.Sizeof(*told))
	result, err := invoke(func() int32 { return call(first, size, given, told) })
	if err != nil && told.reason == 0 {
		return nil, err
	}
	var sentence [1024]byte
	if result < 0 {
		shmbRequestText(result, told, &sentence[0], uint32(len(sentence)))
	}
	return &RequestInfo{Result: Result(result), Made: told.made != 0, Reason: Reason(told.reason),
		Used: told.used, Most: told.most, Size: told.bytes,
		Retry: time.Duration(told.retryMs) * time.Millisecond, Rule: terminated(told.rule[:]),
		Text: terminated(sentence[:])}, err
}

// Release gives back an object that this account has requested; administrators also those of others.
// Who has it open keeps it, and its State is ErrNotFound or ErrStale. A timeout of 0 is five seconds.
//
// ErrNotFound: nobody has requested it. ErrAccessDenied: another account has. ErrNotAllowed: it lives as
// long as the broker.
func Release(name string, timeout time.Duration) error {
	first, err := nameOf(name)
	if err != nil {
		return err
	}
	_, err = invoke(func() int32 { return shmbRelease(first, milliseconds(timeout)) })
	return err
}

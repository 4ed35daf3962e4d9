/// A type whose values can be in shared memory: see [`Segment::load`](crate::Segment::load).
///
/// # Safety
///
/// Any bytes are a value of the type, and it has no padding: numbers, arrays of them, and `repr(C)`
/// structs of those whose members stand at multiples of their sizes. No `bool`, `char`, enum,
/// reference or pointer; `usize` differs in 32 and 64 bit.
///
/// ```
/// #[repr(C)]
/// #[derive(Clone, Copy)]
/// struct Quote {
///     bid: f64,
///     ask: f64,
/// }
/// // SAFETY: two numbers of 8 bytes.
/// unsafe impl shmbroker::Plain for Quote {}
/// ```
pub unsafe trait Plain: Copy + 'static {}

macro_rules! plain {
    ($($kind:ty)*) => { $(unsafe impl Plain for $kind {})* };
}
plain!(i8 u8 i16 u16 i32 u32 i64 u64 f32 f64);

unsafe impl<T: Plain, const N: usize> Plain for [T; N] {}

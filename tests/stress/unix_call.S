/*
 * long linux_call(long number, long first, long second): a system call of the Linux below Wine.
 */
    .text
#ifdef __x86_64__
    .globl linux_call
linux_call:
    push %rdi
    push %rsi
    movslq %ecx, %rax
    movslq %edx, %rdi
    movslq %r8d, %rsi
    syscall
    pop %rsi
    pop %rdi
    ret
#else
    .globl _linux_call
_linux_call:
    push %ebx
    mov 8(%esp), %eax
    mov 12(%esp), %ebx
    mov 16(%esp), %ecx
    int $0x80
    pop %ebx
    ret
#endif

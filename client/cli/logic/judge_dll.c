/* For --dll: a DLL that the program cannot load stops it; another version is only a hint. */
#include "judge_dll.h"

#include <string.h>

static const char *machine_word(uint32_t machine)
{
    switch (machine) {
    case DOCTOR_MACHINE_X86:
        return "32-bit (x86)";
    case DOCTOR_MACHINE_X64:
        return "64-bit (x64)";
    default:
        return "other";
    }
}

static void judge_dll_version(const struct doctor_dll *dll, const struct doctor_question *question,
                              struct doctor_report *report)
{
    const uint32_t *is = dll->version, *ours = question->version;

    if (is[0] == 0 && is[1] == 0 && is[2] == 0) {
        /* Some systems cannot read the version of a DLL of the other bitness. */
        if (dll->machine != question->machine)
            return;
        doctor_remedy(doctor_add(report, "dll-no-version", false,
                                 "%s has no version: it may be another library", question->dll),
                      "use the shmbclient.dll that came with the broker");
    } else if (memcmp(is, ours, sizeof(dll->version)) != 0) {
        doctor_remedy(doctor_add(report, "dll-version", false,
                                 "%s has version %lu.%lu.%lu, this shmb %lu.%lu.%lu", question->dll,
                                 (unsigned long)is[0], (unsigned long)is[1], (unsigned long)is[2],
                                 (unsigned long)ours[0], (unsigned long)ours[1],
                                 (unsigned long)ours[2]),
                      "use shmb.exe and shmbclient.dll of the same release as the broker");
    }
}

void doctor_judge_dll(const struct doctor_facts *facts, const struct doctor_question *question,
                      struct doctor_report *report)
{
    const struct doctor_dll *dll = &facts->dll;

    if (!facts->has_dll)
        return;
    if (dll->state == DOCTOR_DLL_UNREADABLE) {
        doctor_remedy(doctor_add(report, "dll-unreadable", true, "%s cannot be read: error %lu",
                                 question->dll, (unsigned long)dll->code),
                      "put the DLL into the program's folder");
        return;
    }
    if (dll->state == DOCTOR_DLL_NO_IMAGE) {
        doctor_remedy(doctor_add(report, "dll-no-image", true, "%s is not a DLL", question->dll),
                      "use the shmbclient.dll that came with the broker");
        return;
    }
    if (dll->machine != question->machine)
        doctor_remedy(
            doctor_add(report, "dll-bitness", true,
                       "%s is a %s DLL, this shmb is %s: a program of this bitness cannot load it "
                       "(error 193)",
                       question->dll, machine_word(dll->machine), machine_word(question->machine)),
            "use the DLL of the program's bitness; to check a program of the other bitness, run "
            "the other shmb.exe");
    judge_dll_version(dll, question, report);
}

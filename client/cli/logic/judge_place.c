/*
 * Where the program runs, and whether a broker does. Much of this only explains why an object
 * is absent, so it stops the program only if the object is.
 */
#include "judge_place.h"

/* ---- the environment ---- */

void doctor_judge_place(const struct doctor_facts *facts, struct doctor_report *report)
{
    const struct doctor_place *place = &facts->place;
    bool stops = !doctor_present(facts);

    if (place->windows_container)
        doctor_remedy(doctor_add(report, "windows-container", stops,
                                 "this is a Windows container: it has its own Global\\"),
                      "run the broker in the container, or the program outside of it");
    if (place->app_container)
        doctor_remedy(
            doctor_add(report, "app-container", true,
                       "this process runs in an AppContainer, as Store apps do: it cannot use "
                       "Global\\"),
            "let a program outside of it use the object, and connect to that one through a pipe");
    else if (place->package)
        doctor_remedy(doctor_add(report, "package", false, "this process runs in an MSIX package"),
                      "do nothing, as long as the package runs with full trust");
    if (place->low_integrity)
        doctor_remedy(
            doctor_add(report, "low-integrity", false,
                       "this process runs at low integrity, as in a sandbox: it can change only "
                       "objects of low integrity"),
            "have the administrator configure integrity: low for the object, if the sandbox may "
            "use it");
    if (place->app_v)
        doctor_remedy(
            doctor_add(
                report, "app-v", stops,
                "this process runs in App-V's virtual environment, which may give it its own "
                "objects"),
            "turn off virtual named objects in the package's dynamic configuration (Objects)");
    if (place->shim_here)
        doctor_remedy(
            doctor_add(
                report, "compatibility-shim", true,
                "the compatibility fix LocalMappedObject is active in this process: it turns "
                "Global\\ into Local\\"),
            "remove the fix, or the compatibility mode that contains it, from the program");
    else if (place->shimmed[0] != '\0')
        doctor_remedy(
            doctor_add(
                report, "compatibility-shim", false,
                "the compatibility fix LocalMappedObject is set for %s: it turns Global\\ into "
                "Local\\ there",
                place->shimmed),
            "remove the fix from that program: AppCompatFlags\\Layers in the registry, or its "
            "compatibility database");
}

/* ---- the service ---- */

static void judge_absent_broker(const struct doctor_facts *facts, struct doctor_report *report)
{
    bool stops = !doctor_present(facts);

    switch (facts->service) {
    case DOCTOR_SERVICE_MISSING:
        doctor_remedy(doctor_add(report, "service-not-installed", stops,
                                 "no broker runs, and the ShmBroker service is not installed"),
                      "as administrator: shmbroker install, then shmbroker start");
        break;
    case DOCTOR_SERVICE_STOPPED:
        if (facts->service_code != 0)
            doctor_remedy(
                doctor_add(report, "service-stopped", stops,
                           "the ShmBroker service stopped with exit code %lu",
                           (unsigned long)facts->service_code),
                "see the Application event log, source ShmBroker; then, as administrator: "
                "shmbroker start");
        else
            doctor_remedy(doctor_add(report, "service-stopped", stops,
                                     "the ShmBroker service is not running"),
                          "as administrator: shmbroker start");
        break;
    case DOCTOR_SERVICE_STARTING:
        doctor_remedy(
            doctor_add(report, "service-starting", stops, "the ShmBroker service is starting"),
            "try again in a moment; shmb_open can wait for it");
        break;
    case DOCTOR_SERVICE_STOPPING:
        doctor_remedy(
            doctor_add(report, "service-stopping", stops, "the ShmBroker service is stopping"),
            "as administrator, after it has stopped: shmbroker start");
        break;
    case DOCTOR_SERVICE_RUNS:
        doctor_remedy(
            doctor_add(report, "no-broker", stops,
                       "the ShmBroker service runs, but its objects are not visible from here"),
            "as administrator: shmbroker status");
        break;
    default:
        doctor_remedy(doctor_add(report, "no-broker", stops, "no broker runs"),
                      "as administrator: shmbroker status shows the state of the service");
    }
}

static void judge_directory(const struct doctor_facts *facts, struct doctor_report *report)
{
    switch (facts->directory) {
    case DOCTOR_DIRECTORY_NONE:
    case DOCTOR_DIRECTORY_EMPTY:
        doctor_remedy(doctor_add(report, "service-starting", !doctor_present(facts),
                                 "the broker is starting and has not published its objects yet"),
                      "try again in a moment; shmb_open can wait for it");
        break;
    case DOCTOR_DIRECTORY_DENIED:
        doctor_remedy(
            doctor_add(
                report, "directory-denied", false,
                "you may not read the broker's directory: sizes are rounded up to pages, and "
                "there are no snapshots"),
            "have the administrator add you to directory: { access: { read: [...] } }");
        break;
    case DOCTOR_DIRECTORY_NOT_OURS:
        doctor_remedy(doctor_add(report, "directory-not-ours", false,
                                 "another program holds the name of the broker's directory"),
                      "as administrator: shmbroker status names the program; end it");
        break;
    case DOCTOR_DIRECTORY_VERSION:
        doctor_remedy(
            doctor_add(report, "version", true,
                       "the broker's directory has a version that this library does not support"),
            "use shmb.exe and shmbclient.dll of the same release as the broker");
        break;
    case DOCTOR_DIRECTORY_CORRUPT:
        doctor_remedy(
            doctor_add(report, "directory-corrupt", true, "the broker's directory is invalid"),
            "as administrator: stop and start the service, and report the defect");
        break;
    case DOCTOR_DIRECTORY_FAILED:
        doctor_remedy(doctor_add(report, "directory-failed", false,
                                 "reading the broker's directory failed: a system call failed"),
                      "shmb info says which call failed");
        break;
    default:
        break;
    }
}

/*
 * Any program can make the mutex that shows a broker. A service that does not run and a
 * directory that does not exist are better witnesses.
 */
static bool only_the_mutex(const struct doctor_facts *facts)
{
    return !facts->broker_proven &&
           (facts->service == DOCTOR_SERVICE_MISSING || facts->service == DOCTOR_SERVICE_STOPPED) &&
           facts->directory == DOCTOR_DIRECTORY_NONE &&
           facts->fault == SHMB_NAME_OK; /* else nobody asked for the directory */
}

void doctor_judge_service(const struct doctor_facts *facts, struct doctor_report *report)
{
    if (facts->broker_runs && only_the_mutex(facts))
        doctor_remedy(
            doctor_add(report, "instance-not-ours", false,
                       "the mutex that shows a running broker exists, but neither the service nor "
                       "a directory does: another program probably made it"),
            "as administrator: shmbroker status names the program; end it");
    if (!facts->broker_runs || only_the_mutex(facts)) {
        judge_absent_broker(facts, report);
        return;
    }
    judge_directory(facts, report);
    if (facts->health == DOCTOR_HEALTH_DEGRADED)
        doctor_remedy(doctor_add(report, "degraded", false,
                                 "the broker is degraded: it serves less than is configured"),
                      "as administrator: shmbroker status names what is missing, and why");
}

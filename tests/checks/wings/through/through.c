/* Must not compile: the wing names service/core/state, which uses service/core/port. */
#include "system_status.h"

/* Memory for the processes of one user, without the broker: shmb_private_create. */
#include "examples.h"
#include "shmb.h"

int example_private(void)
{
    shmb_segment *mine, *found;
    char name[SHMB_NAME_SIZE], text[6] = "";
    int32_t first;
    int failed = 1;

    if (shmb_private_create(NULL, 256, &mine, &first) != SHMB_OK)
        return 1;
    /* To be told to the other process, which makes this call with it: */
    if (first && shmb_name(mine, name, sizeof(name)) == SHMB_OK &&
        shmb_private_create(name, 256, &found, &first) == SHMB_OK) {
        shmb_update(mine, 0, "hello", 6, 5000, NULL);
        failed = first || shmb_read(found, 0, text, 6, NULL) != SHMB_OK || text[0] != 'h';
        shmb_close(found);
    }
    shmb_close(mine);
    return failed;
}

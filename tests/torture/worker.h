/*
 * worker.h - how a worker ends.
 */
#ifndef TORTURE_WORKER_H
#define TORTURE_WORKER_H

#define WORKER_FAILED 1
#define WORKER_DIED   77u

#endif

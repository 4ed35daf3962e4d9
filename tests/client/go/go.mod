module shmbroker_test

go 1.19

require shmbroker v1.0.0-rc.1

replace shmbroker => ../../../client/bindings/go

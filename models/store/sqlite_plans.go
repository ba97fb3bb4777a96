package store

/*
#include <stddef.h>

// Of SQLite, which the driver links in; weak, because this package is linked
// by itself before.
extern int sqlite3_auto_extension(void (*)(void)) __attribute__((weak));
extern int sqlite3_db_config(void *, int, ...) __attribute__((weak));

#define ENABLE_QPSG 1007 // SQLITE_DBCONFIG_ENABLE_QPSG

static int stable(void *db, char **message, const void *api) {
	return sqlite3_db_config(db, ENABLE_QPSG, 1, NULL);
}

static int keep_plans(void) {
	if (sqlite3_auto_extension == NULL || sqlite3_db_config == NULL) return -1;
	return sqlite3_auto_extension((void (*)(void))stable);
}
*/
import "C"

// SQLite looks at the values that are bound to a statement when it plans it,
// and so plans a prepared join anew at every use, which takes ten times as
// long as the join. Its "query planner stability guarantee" has it keep the
// first plan. The driver has no option for that; SQLite itself calls what is
// registered here for every connection that is opened.
var plansAreKept = C.keep_plans() == 0

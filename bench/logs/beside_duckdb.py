"""One account's CloudTrail files into one Parquet file by DuckDB: beside_duckdb.py columns|told|guessed TRAIL PARQUET

columns: what a store of isoneph keeps of an event, the same for every file: the fields that all services share as columns,
what a service adds as the text that was written.
told: the same, and how the files are laid out, so that DuckDB looks for it in none of them.
guessed: DuckDB makes the columns up, every key of a request a column of its own: other files, another table.
"""

import sys

import duckdb

IDENTITY = (
    "STRUCT(type VARCHAR, principalId VARCHAR, arn VARCHAR, accountId VARCHAR, accessKeyId VARCHAR, userName VARCHAR,"
    " invokedBy VARCHAR, sessionContext STRUCT(attributes STRUCT(creationDate VARCHAR, mfaAuthenticated VARCHAR),"
    " sessionIssuer STRUCT(type VARCHAR, principalId VARCHAR, arn VARCHAR, accountId VARCHAR, userName VARCHAR)))"
)
EVENT = (
    f"STRUCT(eventVersion VARCHAR, userIdentity {IDENTITY}, eventTime VARCHAR, eventSource VARCHAR, eventName VARCHAR,"
    " awsRegion VARCHAR, sourceIPAddress VARCHAR, userAgent VARCHAR, errorCode VARCHAR, errorMessage VARCHAR,"
    " requestParameters JSON, responseElements JSON, requestID VARCHAR, eventID VARCHAR, readOnly BOOLEAN, resources JSON,"
    " eventType VARCHAR, managementEvent BOOLEAN, recipientAccountId VARCHAR, sharedEventID VARCHAR)"
)

how, trail, parquet = sys.argv[1:]
columns = f", columns = {{'Records': '{EVENT}[]'}}"
options = {
    "columns": columns,
    "told": columns + ", auto_detect = false, format = 'unstructured', records = true",
    "guessed": "",
}[how]
read = f"read_json('{trail}/**/*.json.gz', maximum_object_size = 67108864, filename = true{options})"
duckdb.connect().execute(
    f"COPY (SELECT filename, unnest(Records, max_depth := 2) FROM {read}) TO '{parquet}' (FORMAT parquet, COMPRESSION zstd)"
)

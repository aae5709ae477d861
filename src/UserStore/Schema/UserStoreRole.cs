namespace UserStore.Schema;

/// <summary>Specifies what a principal does with the tables of a store.</summary>
public enum UserStoreRole
{
    /// <summary>Finds, queries and lists users, compares the reservations of emails, and checks health.</summary>
    ReadOnly,

    /// <summary>Uses the store, the batch writer and the email audit in full.</summary>
    ReadWrite,

    /// <summary>Runs migrations and creates tables: <c>EnsureTablesAsync</c> of store and replication, and the built-in
    /// migrations.</summary>
    Migrations,

    /// <summary>Reads the stream of the users' table, and replicates, rebuilds and compares.</summary>
    Replication,

    /// <summary>Exports, erases and verifies users, with what replications and migrations store of them.</summary>
    Privacy,
}

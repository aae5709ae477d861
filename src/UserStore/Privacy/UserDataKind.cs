namespace UserStore.Privacy;

/// <summary>Specifies where data of a user is stored.</summary>
public enum UserDataKind
{
    /// <summary>The item of the user in the users' table.</summary>
    User,

    /// <summary>The data key under which values of the user are encrypted.</summary>
    DataKey,

    /// <summary>The reservation of a unique or indexed value.</summary>
    Reservation,

    /// <summary>The item of the user in the target of a replication.</summary>
    View,

    /// <summary>The state of the user in the guard table of a replication.</summary>
    Guard,

    /// <summary>An entry of the lock table of the migrations that names the user: an item that a backfill could not process, or one that is being
    /// imported.</summary>
    MigrationEntry,

    /// <summary>The position of a backfill, at the key of the user. It moves with the backfill, and is deleted when the migration is
    /// applied.</summary>
    MigrationPosition,
}

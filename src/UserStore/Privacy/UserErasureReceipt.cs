namespace UserStore.Privacy;

/// <summary>Confirms that a user was erased. Contains no personal data: the user is identified by a keyed hash
/// (<see cref="UserPrivacyOptions.HashKey"/>).</summary>
/// <param name="UserHash">The hash of the user's key, in hexadecimal digits. Only the store can compute it.</param>
/// <param name="TableName">The users' table, with the prefix.</param>
/// <param name="ErasedAt">When the user was erased; for a repeated erasure the first time.</param>
/// <param name="TombstoneExpiresAt">Until when the tombstone prevents that the user comes back.</param>
public sealed record UserErasureReceipt(string UserHash, string TableName, DateTimeOffset ErasedAt, DateTimeOffset TombstoneExpiresAt);

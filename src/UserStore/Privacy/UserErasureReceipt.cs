using UserStore.Preparation;

namespace UserStore.Privacy;

/// <summary>Confirms that a user was erased. Contains no personal data: the user is identified by a keyed hash
/// (<see cref="UserPrivacyOptions.HashKey"/>).</summary>
/// <param name="UserHash">The hash of the user's key, 72 hexadecimal digits in lower case. Only the store can compute it. The first 8
/// are the same for all users, and identify the secret key.</param>
/// <param name="TableName">The users' table, with the prefix.</param>
/// <param name="ErasedAt">When the user was erased; for a repeated erasure the first time.</param>
/// <param name="TombstoneExpiresAt">Until when the tombstone prevents that the user comes back.</param>
public sealed record UserErasureReceipt(string UserHash, string TableName, DateTimeOffset ErasedAt, DateTimeOffset TombstoneExpiresAt)
{
    /// <exception cref="ArgumentException">A receipt has no hash, or one of another secret key, so that nothing would ever be left of its user.</exception>
    internal static void Check(IReadOnlyCollection<UserErasureReceipt> receipts, UserHash own)
    {
        if (receipts.FirstOrDefault(receipt => !Preparation.UserHash.IsHash(receipt.UserHash)) is { } other)
        {
            throw new ArgumentException(
                $"A receipt has the user hash '{other.UserHash}', but that of an erased user has {Preparation.UserHash.Length} hexadecimal digits in lower "
                    + "case.",
                nameof(receipts));
        }

        if (receipts.Any(receipt => own.IsOfOtherKey(receipt.UserHash)))
            throw new ArgumentException("A receipt was made with another UserStoreOptions.Privacy.HashKey. Use that key.", nameof(receipts));
    }
}

namespace UserStore.AspNetCore.Identity;

/// <content>Lockout, and the counter of failed sign-ins.</content>
public partial class DynamoDbIdentityUserStore<TUser, TKey>
{
    /// <inheritdoc/>
    public Task<bool> GetLockoutEnabledAsync(TUser user, CancellationToken cancellationToken) => Get(user, static one => one.LockoutEnabled, cancellationToken);

    /// <inheritdoc/>
    public Task SetLockoutEnabledAsync(TUser user, bool enabled, CancellationToken cancellationToken)
        => Set(user, () => user.LockoutEnabled = enabled, cancellationToken);

    /// <inheritdoc/>
    public Task<DateTimeOffset?> GetLockoutEndDateAsync(TUser user, CancellationToken cancellationToken)
        => Get(user, static one => one.LockoutEnd, cancellationToken);

    /// <inheritdoc/>
    public Task SetLockoutEndDateAsync(TUser user, DateTimeOffset? lockoutEnd, CancellationToken cancellationToken)
        => Set(user, () => user.LockoutEnd = lockoutEnd, cancellationToken);

    /// <inheritdoc/>
    public Task<int> GetAccessFailedCountAsync(TUser user, CancellationToken cancellationToken)
        => Get(user, static one => one.AccessFailedCount, cancellationToken);

    /// <inheritdoc/>
    public Task ResetAccessFailedCountAsync(TUser user, CancellationToken cancellationToken) => Set(user, () => user.AccessFailedCount = 0, cancellationToken);

    /// <summary>Counts a failed sign-in, and stores the count with one request: DynamoDB computes it, so that concurrent sign-ins are all
    /// counted.</summary>
    /// <param name="user">The user.</param>
    /// <param name="cancellationToken">A token to cancel the call.</param>
    /// <returns>The count.</returns>
    public async Task<int> IncrementAccessFailedCountAsync(TUser user, CancellationToken cancellationToken)
    {
        Check(user, cancellationToken);
        if (IdentityItems<TUser>.ChangesOf(user) is not { } changes)
            return ++user.AccessFailedCount; // it was not read by this store, so that the update must compare the revisions

        TUser counted;
        try
        {
            counted = await Users.UpdateAsync(
                IdentityItems<TUser>.KeyOf(user), new UserPatch<TUser>().Increment(stored => stored.AccessFailedCount, 1), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (UserStoreException absent) when (absent is UserNotFoundException or UserRestrictedException)
        {
            return ++user.AccessFailedCount; // the update of the user finds the reason
        }

        changes.Remove(nameof(user.AccessFailedCount));
        // What the caller changed belongs to the revision that was read: if others changed the user since, the update must find it.
        bool isNext = counted.Version == user.Version + 1 && counted.Revision?.BirthId == user.Revision?.BirthId;
        if (changes.Count == 0 || isNext)
            _items.Adopt(user, counted, except: changes);
        else
            user.AccessFailedCount = counted.AccessFailedCount;
        return counted.AccessFailedCount;
    }

    // The manager also normalizes name and email, which a new normalizer or key changes: the next other update writes that.
    private static bool IsLockout(HashSet<string> changes)
        => changes.Overlaps([nameof(DynamoDbIdentityUser<>.LockoutEnd), nameof(DynamoDbIdentityUser<>.AccessFailedCount)])
            && changes.All(change => change switch
            {
                nameof(DynamoDbIdentityUser<>.LockoutEnd) or nameof(DynamoDbIdentityUser<>.AccessFailedCount) => true,
                nameof(DynamoDbIdentityUser<>.NormalizedUserName) => !changes.Contains(nameof(DynamoDbIdentityUser<>.UserName)),
                nameof(DynamoDbIdentityUser<>.NormalizedEmail) => !changes.Contains(nameof(DynamoDbIdentityUser<>.Email)),
                _ => false,
            });

    private static UserPatch<TUser> LockoutOf(TUser user, HashSet<string> changes)
    {
        var patch = new UserPatch<TUser>();
        if (changes.Contains(nameof(user.AccessFailedCount)))
            patch.Set(stored => stored.AccessFailedCount, user.AccessFailedCount);
        if (changes.Contains(nameof(user.LockoutEnd)))
            return patch.Set(stored => stored.LockoutEnd, user.LockoutEnd);
        // A sign-in resets the count. Its password or code was verified with the credentials that were read, while there was no lockout: it must not
        // get a session of other credentials, nor pass a lockout that concurrent sign-ins have caused.
        DateTimeOffset? until = user.LockoutEnd > DateTimeOffset.UtcNow ? user.LockoutEnd : DateTimeOffset.UtcNow;
        return patch.OnlyIf(stored => stored.SecurityStamp == user.SecurityStamp && (stored.LockoutEnd == null || stored.LockoutEnd <= until));
    }
}

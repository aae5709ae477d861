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
        if (user.Version is null)
            return ++user.AccessFailedCount;

        TUser counted;
        try
        {
            counted = await Users.UpdateAsync(
                IdentityItems<TUser>.KeyOf(user), new UserPatch<TUser>().Increment(stored => stored.AccessFailedCount, 1), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (UserNotFoundException)
        {
            return ++user.AccessFailedCount; // the update of the user finds that it was deleted
        }

        HashSet<string>? changes = IdentityItems<TUser>.ChangesOf(user);
        changes?.Remove(nameof(user.AccessFailedCount));
        // What the caller changed belongs to the revision that was read: if others changed the user since, the update must find it.
        if (changes is { Count: 0 } || (changes is not null && counted.Version == user.Version + 1))
            _items.Adopt(user, counted, except: changes);
        else
            user.AccessFailedCount = counted.AccessFailedCount;
        return counted.AccessFailedCount;
    }

    private static UserPatch<TUser> LockoutOf(TUser user, HashSet<string> changes)
    {
        var patch = new UserPatch<TUser>();
        if (changes.Contains(nameof(user.LockoutEnd)))
            patch.Set(stored => stored.LockoutEnd, user.LockoutEnd);
        if (changes.Contains(nameof(user.AccessFailedCount)))
            patch.Set(stored => stored.AccessFailedCount, user.AccessFailedCount);
        return patch;
    }
}

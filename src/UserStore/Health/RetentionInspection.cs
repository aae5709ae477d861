using System.Globalization;
using UserStore.DynamoDb.Tables;

namespace UserStore.Health;

/// <summary>Finds settings that keep data of users longer than their erasure and expiry promise.</summary>
internal static class RetentionInspection
{
    private const int DefaultRecoveryDays = 35; // Amazon DynamoDB Developer Guide, "Point-in-time backups for DynamoDB"

    /// <summary>Returns a sentence for each contradiction. A store whose options do not permit erasure promises nothing.</summary>
    /// <param name="schema">The store.</param>
    /// <param name="hasReservationCleanup">Whether a handler of changes releases the values of users that expire.</param>
    public static IEnumerable<string> Run(StoreSchema schema, bool hasReservationCleanup)
    {
        UserStoreOptions options = schema.Options;
        if (options.Privacy.HashKey is null)
            yield break;
        var recovery = TimeSpan.FromDays(options.PointInTimeRecoveryDays ?? DefaultRecoveryDays);
        if (options.PointInTimeRecovery && options.Privacy.TombstoneRetention <= recovery)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"Tombstones expire after {options.Privacy.TombstoneRetention.TotalDays} days, but the users' table can be restored to any time within "
                    + $"{recovery.TotalDays} days, with users who were erased since. Set Privacy.TombstoneRetention above that.");
        }

        if (schema.Model.ExpiresAt is null)
            yield break;
        if (!options.EnableTimeToLive)
            yield return "Expired users are hidden but never deleted, because EnableTimeToLive is false. Set it to true, or erase expired users.";
        if (hasReservationCleanup || (schema.Reservations ?? schema.DataKeys) is null)
            yield break;
        string left = (schema.Reservations, schema.DataKeys) is (not null, not null) ? "reservations and data keys"
            : schema.DataKeys is null ? "reservations" : "data keys";
        yield return $"The {left} of expired users remain, because no handler deletes them. Call AddReservationCleanup, and dispatch the changes of the "
            + "stream.";
    }
}

using UserStore.DynamoDb.Sending;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Users;

/// <summary>What became of a write whose condition failed.</summary>
internal enum WriteOutcome
{
    /// <summary>An earlier attempt was applied.</summary>
    Applied,

    /// <summary>The write was not applied, and never will be.</summary>
    Refused,

    /// <summary>The write was not applied, because another one with a greater id was: it can be sent again with a new id.</summary>
    Superseded,

    /// <summary>The stored item does not show whether the write was, or will be, applied.</summary>
    Unknown,
}

/// <summary>Determines from the stored item what became of a write whose condition failed: the one place that decides whether a write is sent
/// again.</summary>
/// <remarks>
/// An attempt without a response may have been applied, and may also arrive later. Ids of an item only rise: so the id of an applied write is
/// among the remembered ones, or not above the oldest of them; and an attempt whose id is not above the newest one is refused for ever.
/// </remarks>
internal static class WriteSettlement
{
    /// <param name="stored">The item that failed the condition.</param>
    /// <param name="writeId">The id of the write.</param>
    /// <param name="failure">The failed condition.</param>
    /// <param name="isRefused">Whether the item violates a condition of the caller, and not only the order of the ids.</param>
    /// <param name="isPinned">Whether the write replaces one revision only, which never returns once it was replaced.</param>
    /// <param name="isCreate">Whether the write requires that there is no user, so that the order of the ids ends with the user.</param>
    /// <param name="birthId">The birth id of the user that the write began on, if it is known.</param>
    public static WriteOutcome Settle(
        StoredUser stored,
        string writeId,
        ConditionFailure failure,
        bool isRefused,
        bool isPinned = false,
        bool isCreate = false,
        string? birthId = null)
    {
        Revision revision = stored.Revision;
        if (revision.Remembers(writeId))
            return WriteOutcome.Applied;

        bool isOtherUser = birthId is not null && revision.BirthId != birthId;
        bool mayBeApplied = failure.MayBeApplied && (stored.IsAbsent || isOtherUser || revision.MayHaveForgotten(writeId));
        bool mayArrive = failure.ResponseWasLost && !isPinned && (isCreate || !revision.IsAbove(writeId));
        if (!isRefused)
            return mayBeApplied || mayArrive ? WriteOutcome.Unknown : WriteOutcome.Superseded;

        // That a client whose attempts are not seen may have retried is no reason to doubt every refusal, which would be wrong only if the user was
        // also deleted in between. An item that has forgotten writes is one.
        mayBeApplied &= failure.ResponseWasLost || revision.IsFull;
        return mayBeApplied || mayArrive ? WriteOutcome.Unknown : WriteOutcome.Refused;
    }
}

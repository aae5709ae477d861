using System.Diagnostics.CodeAnalysis;
using UserStore.Modeling;

namespace UserStore.Preparation;

/// <summary>The revision of a stored user: its version, the ids of its last writes, and the id of the write that created it.</summary>
/// <remarks>
/// The version alone does not identify a revision, because a user that was deleted and recreated has the same versions again. The ids show
/// whether a write whose response was lost was applied. The ids of an item only rise, so that a write which is not above the newest one is
/// refused for ever; see docs/concepts.md.
/// </remarks>
/// <param name="version">The version.</param>
/// <param name="writeIds">The ids of the last writes, the newest first.</param>
/// <param name="birthId">The id of the write that created the user.</param>
internal readonly struct Revision(long? version, string?[] writeIds, string? birthId)
{
    public long? Version => version;

    /// <summary>Gets the ids of the last writes, the newest first; null or <see cref="WriteIds.Floor"/> where none is remembered.</summary>
    public string?[] WriteIds => writeIds;

    /// <summary>Gets the id of the last write, if the store made it.</summary>
    public string? WriteId => writeIds[0];

    public string? BirthId => birthId;

    /// <summary>Gets a value indicating whether as many writes are remembered as an item can hold: there may have been more.</summary>
    public bool IsFull => IsReal(writeIds[^1]);

    /// <summary>Returns the revision of a user that is stored for the first time.</summary>
    public static Revision First(string writeId, long? version = 1)
    {
        string?[] ids = new string?[UserModel.RememberedWrites];
        ids[0] = writeId;
        return new Revision(version, ids, writeId);
    }

    /// <summary>Returns the revision of a user that was read, of which no earlier write than the last one is known.</summary>
    public static Revision Of(UserRevision known, long? version)
    {
        string?[] ids = new string?[UserModel.RememberedWrites];
        ids[0] = known.WriteId;
        return new Revision(version, ids, known.BirthId);
    }

    /// <summary>Returns the revision after a write.</summary>
    public Revision Next(string writeId) => new((version ?? 0) + 1, [writeId, .. writeIds[..^1]], birthId);

    /// <summary>Returns whether an item of the other revision is the one that was read.</summary>
    public bool IsSameAs(Revision other) => version == other.Version && WriteId == other.WriteId;

    /// <summary>Returns whether a remembered write, or the one that created the user, has this id.</summary>
    public bool Remembers([NotNullWhen(true)] string? writeId)
        => writeId is not null && (writeIds.Contains(writeId) || birthId == writeId);

    /// <summary>Returns whether a write that is not remembered may have been applied nevertheless: it is older than all remembered ones.</summary>
    public bool MayHaveForgotten(string writeId)
        => writeIds.LastOrDefault(IsReal) is { } oldest && string.CompareOrdinal(writeId, oldest) <= 0;

    /// <summary>Returns whether the last write has a greater id, so that the item refuses this one from now on.</summary>
    public bool IsAbove(string writeId) => WriteId is { } newest && string.CompareOrdinal(newest, writeId) >= 0;

    private static bool IsReal(string? id) => id is not null and not Preparation.WriteIds.Floor;
}

using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace UserStore.Preparation;

/// <summary>The revision of a stored user: its version and the ids of the last three writes, the newest first.</summary>
/// <remarks>
/// The version alone does not identify a revision, because a user that was deleted and recreated has the same versions again. Three ids are
/// remembered, so that a write whose response was lost is recognized although other writers followed.
/// </remarks>
internal readonly record struct Revision(long? Version, string? WriteId, string? WriteId2, string? WriteId3)
{
    public const int RememberedWrites = 3;

    private const int WriteIdBytes = 9; // 12 characters

    public static string NewWriteId() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(WriteIdBytes));

    /// <summary>Returns the revision of a user that is stored for the first time.</summary>
    public static Revision First() => new(1, NewWriteId(), null, null);

    public static Revision Of(User user) => new(user.Version, user.WriteId, user.WriteId2, user.WriteId3);

    /// <summary>Returns the revision after a write.</summary>
    /// <param name="writeId">The id of the write.</param>
    /// <param name="filler">The id in place of an earlier write that is not remembered; null for none.</param>
    public Revision Next(string writeId, string? filler = null) => new((Version ?? 0) + 1, writeId, WriteId ?? filler, WriteId2 ?? filler);

    /// <summary>Returns whether an item of the other revision is the one that was read.</summary>
    public bool IsSameAs(Revision other) => Version == other.Version && WriteId == other.WriteId;

    /// <summary>Returns whether one of the remembered writes has this id.</summary>
    public bool WasWrittenBy([NotNullWhen(true)] string? writeId)
        => writeId is not null && (WriteId == writeId || WriteId2 == writeId || WriteId3 == writeId);

    /// <summary>Returns whether a version, if it was ever stored, has been overwritten too often to be recognized by its write id.</summary>
    public bool HasForgotten(long? version) => Version >= version + RememberedWrites;

    /// <summary>Returns a copy of a user that has this revision.</summary>
    public TUser ApplyTo<TUser>(TUser user)
        where TUser : User
        => user with { Version = Version, WriteId = WriteId, WriteId2 = WriteId2, WriteId3 = WriteId3 };
}

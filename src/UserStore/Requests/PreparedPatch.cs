using UserStore.Conditions;

namespace UserStore.Requests;

/// <summary>A patch that was checked, with its values as they are stored, and what the store adds to every write.</summary>
internal sealed record PreparedPatch(
    string UserId,
    IReadOnlyList<PatchChange> Changes,
    long? ExpectedVersion,
    UserCondition? Condition,
    DateTimeOffset Now,
    string WriteId);

using Microsoft.CodeAnalysis;
using UserStore.Generators.Modeling;

namespace UserStore.Generators.Analysis;

/// <summary>Checks the version, the times, the expiry and the revision of users.</summary>
internal static class RoleRules
{
    public static IEnumerable<ModelViolation> Check(AnalyzedType type)
    {
        StoredMember[] created = [.. type.StoredWith(IsCreation)];
        StoredMember[] updated = [.. type.StoredWith(IsUpdate)];
        StoredMember[] versions = VersionsOf(type);
        StoredMember[] expiries = [.. type.StoredWith(attributes => attributes.Own("ExpiresAtAttribute") is not null)];
        StoredMember[] revisions = [.. type.NotStored.Where(member => member.Attributes.IsRevision)];
        return CheckOne(type, versions, "[DynamoDBVersion]").Concat(CheckOne(type, created, "[CreatedAt]")).Concat(CheckOne(type, updated, "[UpdatedAt]"))
            .Concat(CheckOne(type, expiries, "[ExpiresAt]")).Concat(CheckOne(type, revisions, "[Revision]"))
            .Concat(versions.Where(version => !version.FitsVersion()).Select(Version))
            .Concat(created.Concat(updated).Where(time => !time.FitsTime()).Select(Time))
            .Concat(expiries.Where(expiry => !expiry.FitsExpiry()).Select(Expiry))
            .Concat(revisions.SelectMany(Revision));
    }

    public static StoredMember[] VersionsOf(AnalyzedType type) => [.. type.StoredWith(attributes => attributes.OfSdk("DynamoDBVersionAttribute") is not null)];

    /// <summary>Returns whether the store changes a property at every write.</summary>
    public static bool IsMaintained(StoredMember member) => IsUpdate(member.Attributes) || member.Attributes.OfSdk("DynamoDBVersionAttribute") is not null;

    /// <summary>Returns whether a property has a time that the store maintains.</summary>
    public static bool IsTime(StoredMember member) => IsCreation(member.Attributes) || IsUpdate(member.Attributes);

    private static bool IsCreation(SdkAttributes attributes)
        => attributes.Own("CreatedAtAttribute") is not null || (attributes.IsTimestamp && IsWrittenOnce(attributes));

    private static bool IsUpdate(SdkAttributes attributes)
        => attributes.Own("UpdatedAtAttribute") is not null || (attributes.IsTimestamp && !IsWrittenOnce(attributes));

    private static bool IsWrittenOnce(SdkAttributes attributes) => attributes.OfSdk("DynamoDbUpdateBehaviorAttribute") is { } behavior
        && SdkAttributes.NamedValue(behavior, "Behavior", "IfNotExists") is int once
        && SdkAttributes.Argument(behavior, "Behavior") is int value && value == once;

    private static IEnumerable<ModelViolation> CheckOne(AnalyzedType type, StoredMember[] marked, string attribute)
    {
        if (marked.Length < 2)
            yield break;
        StoredMember last = type.LastOf(marked);
        StoredMember other = marked.First(member => member != last);
        yield return new ModelViolation(
            ModelRules.RoleTwice, last.Symbol, $"has the role of {attribute}, which {other.Name} has as well; mark only one property with {attribute}");
    }

    private static ModelViolation Version(StoredMember member) => new(
        ModelRules.Version, member.Symbol,
        member.Attributes.Converter is null
            ? $"is a version of type {member.Type.InMessages()}, but must be a nullable integer that lasts for many writes; make it a long?"
            : "is a version with a converter, but must be stored as a number; remove the converter");

    private static ModelViolation Time(StoredMember member) => new(
        ModelRules.Time, member.Symbol,
        $"is a time of type {member.Type.InMessages()}, but must be a DateTimeOffset or a DateTime; change its type, or remove the attribute");

    private static ModelViolation Expiry(StoredMember member) => new(
        ModelRules.Expiry, member.Symbol,
        $"is an expiry of type {member.Type.InMessages()} that is not stored as epoch seconds; make it a long, or a DateTimeOffset with "
            + "[DynamoDBProperty(typeof(EpochSecondsConverter))]");

    private static IEnumerable<ModelViolation> Revision(StoredMember member)
    {
        if (!StorableTypes.IsUnknown(member.Type) && member.Type.SpecialType != SpecialType.System_String && member.Type.FullName() != "UserStore.UserRevision")
            yield return new ModelViolation(ModelRules.RevisionType, member.Symbol, $"is a revision of type {member.Type.InMessages()}; make it a string");
        if (!member.Attributes.IsIgnored)
        {
            yield return new ModelViolation(
                ModelRules.RevisionStored, member.Symbol, "is a revision that the SDK would store; mark it with [DynamoDBIgnore] as well");
        }
    }
}

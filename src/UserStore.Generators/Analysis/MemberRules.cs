using Microsoft.CodeAnalysis;
using UserStore.Generators.Modeling;

namespace UserStore.Generators.Analysis;

/// <summary>Checks which members are stored, and whether their attributes are honored.</summary>
internal static class MemberRules
{
    public static IEnumerable<ModelViolation> Check(AnalyzedType type) => NotStored(type).Concat(type.Stored.SelectMany(member => NotHonored(member, type)))
        .Concat(type.Stored.SelectMany(StructureRules.Check))
        .Concat(type.Stored.Where(member => IsSetByConstructor(member, type)).Select(SetByConstructor));

    /// <summary>Checks what the generator reports as well, for types whose mapping is generated.</summary>
    public static IEnumerable<ModelViolation> CheckMapping(AnalyzedType type) => PublicFields(type).Concat(OfTable(type)).Concat(AttributesTwice(type))
        .Concat(type.Stored.Where(member => !member.Attributes.HasOwnForm && !StorableTypes.IsStorable(member.Type)).Select(NotStorable));

    private static IEnumerable<ModelViolation> NotStored(AnalyzedType type)
    {
        foreach (StoredMember member in type.Properties)
        {
            if (type.Stored.Contains(member))
                continue;
            if (type.Stored.Any(stored => stored.Name == member.Name))
            {
                if (StructureRules.HasOwnMark(member.Symbol))
                    yield return MarkedInsteadOfBase(member);
                continue;
            }

            if (!StructureRules.IsMarkedAsStored(member.Attributes))
                continue;
            bool lacksSetter = member.Attributes is { IsIgnored: false, IsRevision: false };
            // The compiler does not show the private setters of other projects.
            if (lacksSetter && !SymbolEqualityComparer.Default.Equals(member.Symbol.ContainingAssembly, type.Compilation.Assembly))
                continue;
            string remedy = lacksSetter ? "give it a setter, or remove the attribute"
                : $"remove the attribute, or [{(member.Attributes.IsIgnored ? "DynamoDBIgnore" : "Revision")}]";
            yield return new ModelViolation(
                ModelRules.NotStored, member.Symbol, $"has an attribute of stored properties, and is not stored; {remedy}")
            {
                IsOfCreation = lacksSetter,
            };
        }
    }

    private static ModelViolation MarkedInsteadOfBase(StoredMember member) => new(
        ModelRules.NotStored, member.Symbol,
        "has an attribute and lacks a getter or a setter, so that the SDK stores the property of the base type; move the attribute there, or declare both "
            + "accessors")
    {
        IsOfCreation = true,
    };

    private static IEnumerable<ModelViolation> NotHonored(StoredMember member, AnalyzedType type)
    {
        if (member.Attributes.OfSdk("DynamoDBAtomicCounterAttribute") is { } counter)
        {
            yield return NotHonored(
                member.Symbol, "has [DynamoDBAtomicCounter], which the SDK mishandles in transactions; remove it, and use UserPatch.Increment",
                counter.PlaceOf());
        }

        if (member.Attributes.OfSdk("DynamoDBSearchVectorAttribute") is { } vector)
            yield return NotHonored(member.Symbol, "has [DynamoDBSearchVector], which is not supported; remove it", vector.PlaceOf());
        if (member.Attributes.IsEpoch && member.ValueType() is { SpecialType: not SpecialType.System_DateTime } value && !StorableTypes.IsUnknown(value))
        {
            yield return NotHonored(
                member.Symbol, "is stored as epoch seconds by a setting that is supported for DateTime only; remove it, and use "
                    + "[DynamoDBProperty(typeof(EpochSecondsConverter))] on a DateTimeOffset",
                EpochPlace(member.Attributes, type.Cancellation));
        }
    }

    private static ModelViolation NotHonored(ISymbol symbol, string reason, Location? place)
        => new(ModelRules.NotHonored, symbol, reason) { ChangedPlace = place };

    private static Location? EpochPlace(SdkAttributes attributes, CancellationToken cancellation) => attributes.All
        .Select(attribute => attribute.PlaceOf("StoreAsEpoch", cancellation) ?? attribute.PlaceOf("StoreAsEpochLong", cancellation))
        .FirstOrDefault(place => place is not null);

    private static bool IsSetByConstructor(StoredMember member, AnalyzedType type) => StoredMembers.IsParameter(member.Symbol, type.Constructor)
        && (member.Attributes.IsTimestamp || member.Attributes.OfSdk("DynamoDBVersionAttribute") is not null);

    private static ModelViolation SetByConstructor(StoredMember member) => new(
        ModelRules.SetByConstructor, member.Symbol,
        "is a version or timestamp that a constructor sets, which the SDK does not support; make it a property outside the constructor")
    {
        IsOfCreation = true,
    };

    private static IEnumerable<ModelViolation> PublicFields(AnalyzedType type)
    {
        for (INamedTypeSymbol? declaring = type.Symbol; declaring is not null; declaring = declaring.BaseType)
        {
            foreach (IFieldSymbol field in declaring.GetMembers().OfType<IFieldSymbol>())
            {
                if (field is { IsStatic: false, IsConst: false, DeclaredAccessibility: Accessibility.Public } && !SdkAttributes.Of(field).IsIgnored)
                {
                    yield return new ModelViolation(
                        ModelRules.PublicField, field, "is a public field, which the SDK stores; make it a property, or mark it with [DynamoDBIgnore]");
                }
            }
        }
    }

    private static IEnumerable<ModelViolation> OfTable(AnalyzedType type)
    {
        if (TableCasing.TableOf(type.Symbol) is { } table && StructureReader.IsFirstConversion(table))
        {
            yield return NotHonored(
                type.Symbol, "has Conversion = ConversionSchema.V1 of [DynamoDBTable], which is not supported; remove it",
                table.PlaceOf("Conversion", type.Cancellation));
        }

        if (StorableTypes.IsPolymorphic(type.Symbol))
        {
            AttributeData? polymorphic = type.Symbol.GetAttributes().FirstOrDefault(
                attribute => attribute.AttributeClass.IsOfSdk("DynamoDBPolymorphicTypeAttribute"));
            yield return NotHonored(
                type.Symbol, "has [DynamoDBPolymorphicType], which is supported for properties only; store one type, and remove it", polymorphic.PlaceOf());
        }
    }

    private static ModelViolation NotStorable(StoredMember member) => new(
        ModelRules.PropertyType, member.Symbol,
        $"is of {member.Type.InMessages()}, which the SDK does not store and read back; change it to a List, HashSet, Dictionary, ValueList<string> or class, "
            + "give it a converter, or mark it with [DynamoDBIgnore]");

    private static IEnumerable<ModelViolation> AttributesTwice(AnalyzedType type)
    {
        TableCasing casing = TableCasing.Of(type.Symbol);
        if (!type.HasKnownNames)
            return [];
        var named = type.Stored.SelectMany(member => member.Attributes.IsFlattened
            ? StructureRules.StoredIn(member.Type).Where(inner => inner.Attributes is { Unknown: null, HasTwoNames: false })
                .Select(inner => (Name: casing.NameOf(inner.Attributes.Name ?? inner.Name), Member: member))
            : [(casing.NameOf(member.Attributes.Name ?? member.Name), member)]);
        return named.GroupBy(attribute => attribute.Name, attribute => attribute.Member).Where(same => same.Skip(1).Any())
            .Select(same => AttributeTwice(type, same.Key, [.. same]));
    }

    private static ModelViolation AttributeTwice(AnalyzedType type, string attribute, StoredMember[] members)
    {
        StoredMember last = type.LastOf(members);
        string other = members.FirstOrDefault(member => member != last)?.Name ?? "another of its properties";
        return new ModelViolation(
            ModelRules.AttributeTwice, last.Symbol, $"is mapped to the attribute '{attribute}', as {other} is; rename one by [DynamoDBProperty]");
    }
}

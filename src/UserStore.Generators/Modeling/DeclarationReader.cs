using Microsoft.CodeAnalysis;
using UserStore.Generators.Analysis;

namespace UserStore.Generators.Modeling;

/// <summary>Describes a property of a user type with the attributes that a store reads.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The name of its type.</param>
/// <param name="TakesNull">Whether it can be null.</param>
/// <param name="Get">The expression that gets it, of the target {0}.</param>
/// <param name="Set">The statement that sets it, of the target {0} and the value {1}.</param>
/// <param name="Attributes">The expressions that create its attributes.</param>
internal sealed record PropertyDeclaration(string Name, string Type, bool TakesNull, string Get, string Set, EquatableArray<string> Attributes);

/// <summary>Describes what a store reads of a user type when it starts.</summary>
/// <param name="Table">The expression that creates the attribute with the name of the table; empty for none.</param>
/// <param name="ExtendsUser">Whether the type derives from the library's user type, whose properties are left out.</param>
/// <param name="Revision">The property with the revision, or null.</param>
/// <param name="Properties">The properties that are stored.</param>
internal sealed record TypeDeclaration(
    string Table, bool ExtendsUser, PropertyDeclaration? Revision, EquatableArray<PropertyDeclaration> Properties);

/// <summary>Reads what a store otherwise finds by reflection when it starts.</summary>
internal sealed class DeclarationReader(MappingContext context)
{
    /// <summary>Returns the declaration; null for a type that is left to reflection.</summary>
    /// <param name="user">The members that are stored.</param>
    /// <param name="stored">Their symbols.</param>
    public TypeDeclaration? Read(StructureModel user, IReadOnlyList<StoredMember> stored)
    {
        INamedTypeSymbol type = context.User;
        var analyzed = new AnalyzedType(type, context.Compilation, context.Cancellation);
        // Registration refuses a type that violates rules, and says why. A base type of another project may change without this one being compiled.
        if (!analyzed.IsComplete || MemberRules.Check(analyzed).Any() || !Names(analyzed.Stored).SequenceEqual(Names(stored)))
            return null;
        AttributeData? named = TableCasing.TableOf(type);
        string? table = named is null ? "" : AttributeCode.Of(named, context);
        bool extendsUser = StructureReader.IsUser(type) && !IsUserItself(type);
        StoredMember[] notStored = [.. analyzed.NotStored.Where(member => !extendsUser || !IsUserItself(member.Symbol.ContainingType))];
        if (table is null || notStored.Length > (extendsUser ? 0 : 1) || notStored.Any(member => !member.Attributes.IsRevision))
            return null;
        PropertyDeclaration? revision = null;
        if (notStored.Length == 1)
        {
            revision = Declare(notStored[0], context.Accessors.Getter(notStored[0], type), context.Accessors.Setter(notStored[0], type));
            if (revision is null)
                return null;
        }

        var properties = new List<PropertyDeclaration>();
        for (int i = 0; i < stored.Count; i++)
        {
            if (extendsUser && IsUserItself(stored[i].Symbol.ContainingType))
                continue;
            MemberModel member = user.Members[i];
            if (member.Flattened is not null || member.Set.Length == 0 || Declare(stored[i], member.Get, member.Set) is not { } property)
                return null;
            properties.Add(property);
        }

        return new TypeDeclaration(table, extendsUser, revision, new(properties));
    }

    private static IEnumerable<string> Names(IEnumerable<StoredMember> members) => members.Select(member => member.Name);

    private static bool IsUserItself(INamedTypeSymbol type) => type.FullName() == "UserStore.User";

    private PropertyDeclaration? Declare(StoredMember member, string get, string set)
    {
        string?[] attributes = [.. member.Attributes.All.Where(AttributeCode.IsRead).Select(attribute => AttributeCode.Of(attribute, context))];
        bool takesNull = !member.Type.IsValueType || ValueReader.Underlying(member.Type) is not null;
        return attributes.Contains(null) ? null : new PropertyDeclaration(member.Name, member.Type.InCode(), takesNull, get, set, new(attributes!));
    }
}

using System.Globalization;
using UserStore.Generators.Modeling;

namespace UserStore.Generators.Writing;

/// <summary>Writes what a store reads of a user type when it starts.</summary>
internal sealed class DeclarationWriter(CodeWriter code, string user)
{
    public void Write(TypeDeclaration declaration)
    {
        code.Line();
        code.Line($"private static {Names.Declarations}DeclaredType Declare() => new {Names.Declarations}DeclaredType(");
        code.Inner($"{(declaration.Table.Length == 0 ? "null" : declaration.Table)},");
        code.Inner($"{(declaration.Revision is { } revision ? New(revision) : "null")},");
        code.Inner(declaration.ExtendsUser ? "true," : "false,");
        code.Inner($"new {Names.Declarations}DeclaredProperty[]");
        code.Inner("{");
        foreach (PropertyDeclaration property in declaration.Properties)
            code.Inner($"    {New(property)},");
        code.Inner("});");
    }

    private string New(PropertyDeclaration property)
    {
        string target = $"(({user})user)";
        string value = property.TakesNull ? $"({property.Type})value" : $"value is null ? default : ({property.Type})value";
        string get = string.Format(CultureInfo.InvariantCulture, property.Get, target);
        string set = string.Format(CultureInfo.InvariantCulture, property.Set, target, value);
        return $"new {Names.Declarations}DeclaredProperty(typeof({user}), {Names.Literal(property.Name)}, typeof({property.Type}), "
            + $"static user => {get}, static (user, value) => {set}{string.Concat(property.Attributes.Select(attribute => $", {attribute}"))})";
    }
}

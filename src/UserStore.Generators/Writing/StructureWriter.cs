using System.Globalization;
using UserStore.Generators.Modeling;

namespace UserStore.Generators.Writing;

/// <summary>Writes the code that reads the members of an object, and creates it.</summary>
internal sealed class StructureWriter(CodeWriter code, ValueWriter values)
{
    private const int BitsOfWord = 64;

    /// <summary>Returns the members that are attributes, each at its position: those of flattened structures last.</summary>
    public static IReadOnlyList<MemberModel> Attributes(StructureModel structure)
        => [.. structure.Members.Where(member => member.Flattened is null), .. structure.Members.SelectMany(member => member.Flattened?.Members ?? default)];

    /// <summary>Writes the statements from the first attribute to the finished object.</summary>
    /// <param name="structure">The type.</param>
    /// <param name="next">The expression that advances to the next attribute.</param>
    /// <param name="end">The statement after the last attribute.</param>
    /// <param name="fail">The statement for an item that only the context reads.</param>
    /// <param name="variable">The variable of the object, with its type if it is declared here.</param>
    public void Read(StructureModel structure, string next, Action end, string fail, string variable)
    {
        IReadOnlyList<MemberModel> attributes = Attributes(structure);
        DeclareVariables(attributes);
        code.Line("int attribute;");
        code.Block($"while ((attribute = {next}) >= 0)", () => ReadAttribute(attributes, fail));
        code.Line();
        end();
        RequireAttributes(structure, attributes, fail);
        Create(structure, attributes, variable);
        string target = variable.Split(' ').Last();
        foreach (MemberModel member in structure.Members)
        {
            if (member.Flattened is { } part)
                SetFlattened(member, part, attributes, target);
            else if (!structure.Constructor.Parameters.Any(parameter => parameter.Member >= 0 && structure.Members[parameter.Member] == member))
                SetMember(member, IndexOf(attributes, member), attributes.Count, target);
        }
    }

    private static int IndexOf(IReadOnlyList<MemberModel> attributes, MemberModel member)
    {
        for (int i = 0; i < attributes.Count; i++)
        {
            if (ReferenceEquals(attributes[i], member))
                return i;
        }

        return -1;
    }

    private static string Found(int attribute, int count) => count <= BitsOfWord
        ? $"(found & 1UL << {attribute}) != 0"
        : $"(found{attribute / BitsOfWord} & 1UL << {attribute % BitsOfWord}) != 0";

    private static string Format(string text, params object[] arguments) => string.Format(CultureInfo.InvariantCulture, text, arguments);

    private void DeclareVariables(IReadOnlyList<MemberModel> attributes)
    {
        if (attributes.Count <= BitsOfWord)
            code.Line("ulong found = 0;");
        for (int word = 0; attributes.Count > BitsOfWord && word * BitsOfWord < attributes.Count; word++)
            code.Line($"ulong found{word} = 0;");
        for (int i = 0; i < attributes.Count; i++)
            code.Line(ValueWriter.Variable(attributes[i].Value, $"v{i}"));
    }

    private void ReadAttribute(IReadOnlyList<MemberModel> attributes, string fail)
    {
        bool isOneWord = attributes.Count <= BitsOfWord;
        if (isOneWord)
            code.If("(found & 1UL << attribute) != 0", fail);
        code.Block("switch (attribute)", () =>
        {
            for (int i = 0; i < attributes.Count; i++)
            {
                code.Line($"case {i}:");
                string twice = isOneWord ? "" : $"{Found(i, attributes.Count)} || ";
                code.Inner($"if ({twice}!{values.Read(attributes[i].Value, $"v{i}")})");
                code.Inner($"    {fail}");
                if (!isOneWord)
                    code.Inner($"found{i / BitsOfWord} |= 1UL << {i % BitsOfWord};");
                code.Inner("break;");
            }
        });
        if (!isOneWord)
            return;
        code.Line();
        code.Line("found |= 1UL << attribute;");
    }

    // Only the context knows what its converters make of a parameter without an attribute.
    private void RequireAttributes(StructureModel structure, IReadOnlyList<MemberModel> attributes, string fail)
    {
        foreach (ParameterModel parameter in structure.Constructor.Parameters)
        {
            if (parameter is { Member: >= 0, Default: "" })
                code.If($"!({Found(IndexOf(attributes, structure.Members[parameter.Member]), attributes.Count)})", fail);
        }
    }

    private void Create(StructureModel structure, IReadOnlyList<MemberModel> attributes, string variable)
    {
        ConstructorModel constructor = structure.Constructor;
        if (constructor.Create.Length == 0)
        {
            code.Line($"{variable} = default({structure.Type});");
            return;
        }

        string[] arguments = [.. constructor.Parameters.Select(parameter => Argument(parameter, structure, attributes))];
        code.Line($"{variable} = {constructor.Create}({(arguments.Length == 0 ? ");" : "")}");
        for (int i = 0; i < arguments.Length; i++)
            code.Inner(arguments[i] + (i == arguments.Length - 1 ? ");" : ","));
    }

    private static string Argument(ParameterModel parameter, StructureModel structure, IReadOnlyList<MemberModel> attributes)
    {
        if (parameter.Member < 0)
            return parameter.Default;
        MemberModel member = structure.Members[parameter.Member];
        int index = IndexOf(attributes, member);
        string value = $"({parameter.Type}){ValueWriter.FromVariable(member.Value, $"v{index}")}";
        return parameter.Default.Length == 0 ? value : $"{Found(index, attributes.Count)} ? {value} : {parameter.Default}";
    }

    private void SetMember(MemberModel member, int index, int count, string target)
        => code.If(Found(index, count), Format(member.Set, target, ValueWriter.FromVariable(member.Value, $"v{index}")) + ";");

    private void SetFlattened(MemberModel member, StructureModel part, IReadOnlyList<MemberModel> attributes, string target)
    {
        string name = $"part{IndexOf(attributes, part.Members[0])}";
        code.Line($"var {name} = {(part.Constructor.Create.Length == 0 ? $"default({part.Type})" : part.Constructor.Create + "()")};");
        foreach (MemberModel inner in part.Members)
            SetMember(inner, IndexOf(attributes, inner), attributes.Count, name);
        code.Line(Format(member.Set, target, name) + ";");
    }
}

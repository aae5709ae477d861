using UserStore.Generators.Modeling;

namespace UserStore.Generators.Writing;

/// <summary>Writes the methods that read and write collections and structures.</summary>
internal sealed class ShapeWriter(CodeWriter code, ValueWriter values, StructureWriter structures)
{
    public void Write(ShapeModel shape)
    {
        code.Line();
        string nullable = shape.Structure is { IsValueType: true } ? "" : "?";
        code.Block($"private static bool TryRead{shape.Name}({Names.Reader}, out {shape.Type}{nullable} value)", () => Read(shape));
        code.Line();
        code.Block($"private static bool Write{shape.Name}({Names.Writer}, {shape.Type}? value)", () =>
        {
            if (shape.Structure is { } structure)
                WriteStructure(shape, structure);
            else if (shape.Kind == ShapeKind.Dictionary)
                WriteDictionary(shape);
            else
                WriteCollection(shape);
        });
        if (shape.Structure is not { } type)
            return;
        code.Line();
        string names = Names.Array(type.Members.Select(member => member.Attribute));
        code.Line($"private static readonly {Names.Mapping}AttributeNames NamesOf{shape.Name} = new {Names.Mapping}AttributeNames({names});");
        for (int i = 0; i < type.Members.Count; i++)
            code.Line($"private static readonly {Names.EncodedText} {Key(shape, i)} = {Names.EncodedText}.Encode({Names.Literal(type.Members[i].Attribute)});");
    }

    private static string Key(ShapeModel shape, int member) => $"Key{member}Of{shape.Name}";

    private void Read(ShapeModel shape)
    {
        code.Line("value = default;");
        string begin = shape.Kind switch
        {
            ShapeKind.List => "item.TryBeginList()",
            ShapeKind.Set => $"item.TryBeginSet(\"{shape.SetType}\"u8)",
            _ => "item.TryBeginMap()",
        };
        code.If($"!{begin}", "return false;");
        if (shape.Structure is { } structure)
            structures.Read(structure, $"item.NextIn(NamesOf{shape.Name})", () => code.Line("item.EndMap();"), "return false;", "value");
        else if (shape.Kind == ShapeKind.Dictionary)
            ReadDictionary(shape);
        else
            ReadCollection(shape);
        code.Line("return true;");
    }

    private void ReadCollection(ShapeModel shape)
    {
        ValueModel element = shape.Element!;
        string collection = shape.IsArray
            ? $"global::System.Collections.Generic.List<{element.Type}{(element.IsNullable ? "?" : "")}>"
            : shape.Type;
        code.Line($"var elements = new {collection}();");
        code.Block("while (item.NextElement())", () => ReadElement(shape, element, "elements.Add({0});"));
        code.Line();
        code.Line($"value = elements{(shape.IsArray ? ".ToArray()" : "")};");
    }

    private void ReadDictionary(ShapeModel shape)
    {
        code.Line($"var entries = new {shape.Type}();");
        code.Block("while (item.NextKey(out string? key))", () => ReadElement(shape, shape.Element!, "entries.Add(key, {0});"));
        code.Line();
        code.Line("value = entries;");
    }

    private void ReadElement(ShapeModel shape, ValueModel element, string add)
    {
        if (element.CanBeNull && !shape.IsStrict)
        {
            code.Block("if (item.TryReadNull())", () =>
            {
                code.Line(add.Replace("{0}", "null"));
                code.Line("continue;");
            });
            code.Line();
        }

        code.Line(ValueWriter.Variable(element, "element"));
        code.If($"!{values.Read(element, "element")}", "return false;");
        code.Line(add.Replace("{0}", ValueWriter.FromVariable(element, "element")));
    }

    private void WriteCollection(ShapeModel shape)
    {
        bool isSet = shape.Kind == ShapeKind.Set;
        code.If(isSet ? "value is null || value.Count == 0" : "value is null", "return false;");
        if (shape.IsStrict && !shape.IsArray)
            code.If($"value.GetType() != typeof({shape.Type})", "return writer.SetIrregular();");
        if (isSet)
            code.Line($"writer.BeginSet(\"{shape.SetType}\"u8);");
        else
            code.If("!writer.BeginList()", "return false;");
        code.Block("foreach (var element in value)", () => WriteElement(shape, "element"));
        code.Line();
        code.Line(isSet ? "writer.EndSet();" : "writer.EndList();");
        code.Line("return true;");
    }

    private void WriteDictionary(ShapeModel shape)
    {
        code.If("value is null || !writer.BeginMap()", "return false;");
        code.Block("foreach (var entry in value)", () =>
        {
            code.Line("writer.SetKey(entry.Key);");
            WriteElement(shape, "entry.Value");
        });
        code.Line();
        code.Line("writer.EndMap();");
        code.Line("return true;");
    }

    private void WriteElement(ShapeModel shape, string element)
    {
        ValueModel value = shape.Element!;
        string write = $"{values.Write(value, element)};";
        if (write.StartsWith("(", StringComparison.Ordinal))
            write = $"_ = {write}";
        if (!value.CanBeNull)
        {
            code.Line(write);
            return;
        }

        code.If($"{element} is null", shape.IsStrict ? "writer.SetIrregular();" : "writer.WriteNull();");
        code.Line("else");
        code.Inner(write);
    }

    private void WriteStructure(ShapeModel shape, StructureModel structure)
    {
        string target = "value";
        if (structure.IsValueType)
        {
            code.If("value is not { } target || !writer.BeginMap()", "return false;");
            target = "target";
        }
        else
        {
            code.If("value is null || !writer.BeginMap()", "return false;");
        }

        for (int i = 0; i < structure.Members.Count; i++)
        {
            code.Line($"writer.SetKey({Key(shape, i)});");
            string write = values.Write(structure.Members[i], target);
            code.Line($"{(write.StartsWith("(", StringComparison.Ordinal) ? "_ = " : "")}{write};");
        }

        code.Line("writer.EndMap();");
        code.Line("return true;");
    }
}

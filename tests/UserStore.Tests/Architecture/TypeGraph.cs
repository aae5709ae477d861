using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace UserStore.Tests.Architecture;

/// <summary>The types that each type of an assembly uses and the folder that declares it, read from the compiled assembly and its symbols.</summary>
internal sealed class TypeGraph
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    // Portable PDB specification: the documents of types that have no method with a body, such as interfaces and enumerations.
    private static readonly Guid TypeDefinitionDocuments = new("932E74BC-DBA9-4478-8D46-0F32A7BAB3D3");

    private static readonly Dictionary<short, OperandType> Operands = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value, code => code.OperandType);

    private readonly Assembly _assembly;
    private readonly Dictionary<Type, string> _folders;

    public TypeGraph(Assembly assembly)
    {
        _assembly = assembly;
        _folders = FoldersOf(assembly);
    }

    /// <summary>Gets the folders that declare types; the root is "".</summary>
    public IEnumerable<string> Folders => _folders.Values.Distinct();

    /// <summary>Returns the uses of a type in one folder by a type in another.</summary>
    public IEnumerable<(Type User, string UserFolder, Type Used, string UsedFolder)> Arrows()
        => from type in _assembly.GetTypes()
           where FolderOf(type) is not null
           from used in UsedBy(type).Select(OutermostOf).Distinct()
           where FolderOf(used) is not null && FolderOf(used) != FolderOf(type)
           select (OutermostOf(type), FolderOf(type)!, used, FolderOf(used)!);

    private string? FolderOf(Type type) => _folders.GetValueOrDefault(OutermostOf(type));

    private static Type OutermostOf(Type type)
    {
        while (type.DeclaringType is { } outer)
            type = outer;
        return type;
    }

    private static Dictionary<Type, string> FoldersOf(Assembly assembly)
    {
        using var provider = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(Path.ChangeExtension(assembly.Location, ".pdb")));
        MetadataReader symbols = provider.GetMetadataReader();
        string marker = $"/src/{assembly.GetName().Name}/";
        var folders = new Dictionary<Type, string>();
        foreach (Type type in assembly.GetTypes())
        {
            string? document = DocumentOfType(symbols, type) ?? type.GetMembers(Declared).OfType<MethodBase>()
                .Select(method => DocumentOfMethod(symbols, method)).FirstOrDefault(name => name is not null);
            int at = document?.LastIndexOf(marker, StringComparison.Ordinal) ?? -1;
            string path = at < 0 ? "obj/" : document![(at + marker.Length)..];
            if (!path.StartsWith("obj/", StringComparison.Ordinal)) // types of the compiler and of source generators have no folder
                folders.TryAdd(OutermostOf(type), Path.GetDirectoryName(path)!.Replace('\\', '/'));
        }

        return folders;
    }

    private static string? DocumentOfType(MetadataReader symbols, Type type)
    {
        EntityHandle handle = MetadataTokens.EntityHandle(type.MetadataToken);
        foreach (CustomDebugInformationHandle each in symbols.GetCustomDebugInformation(handle))
        {
            CustomDebugInformation information = symbols.GetCustomDebugInformation(each);
            if (symbols.GetGuid(information.Kind) == TypeDefinitionDocuments)
                return NameOf(symbols, MetadataTokens.DocumentHandle(symbols.GetBlobReader(information.Value).ReadCompressedInteger()));
        }

        return null;
    }

    private static string? DocumentOfMethod(MetadataReader symbols, MethodBase method)
    {
        var handle = (MethodDefinitionHandle)MetadataTokens.EntityHandle(method.MetadataToken);
        DocumentHandle document = symbols.GetMethodDebugInformation(handle).Document;
        return document.IsNil ? null : NameOf(symbols, document);
    }

    private static string NameOf(MetadataReader symbols, DocumentHandle document)
        => symbols.GetString(symbols.GetDocument(document).Name).Replace('\\', '/');

    private IEnumerable<Type> UsedBy(Type type)
    {
        IEnumerable<Type?> shape = type.GetInterfaces().Append(type.BaseType)
            .Concat(type.GetFields(Declared).Select(field => field.FieldType))
            .Concat(type.GetGenericArguments().Where(argument => argument.IsGenericParameter)
                .SelectMany(argument => argument.GetGenericParameterConstraints()));
        return shape.Concat(type.GetMembers(Declared).OfType<MethodBase>().SelectMany(UsedBy))
            .Concat(AttributesOf(type).Concat(type.GetMembers(Declared).SelectMany(AttributesOf)))
            .OfType<Type>().SelectMany(PartsOf).Where(used => used.Assembly == _assembly);
    }

    private static IEnumerable<Type> AttributesOf(MemberInfo member) => member.GetCustomAttributesData()
        .SelectMany(attribute => attribute.ConstructorArguments.Select(argument => argument.Value).OfType<Type>().Append(attribute.AttributeType));

    private static IEnumerable<Type> PartsOf(Type type)
    {
        if (type.HasElementType)
            return PartsOf(type.GetElementType()!);
        if (type.IsGenericParameter)
            return [];
        return type.IsGenericType ? type.GetGenericArguments().SelectMany(PartsOf).Append(type.GetGenericTypeDefinition()) : [type];
    }

    private static IEnumerable<Type?> UsedBy(MethodBase method)
    {
        foreach (ParameterInfo parameter in method.GetParameters())
            yield return parameter.ParameterType;
        yield return (method as MethodInfo)?.ReturnType;
        if (method.GetMethodBody() is not { } body)
            yield break;
        foreach (LocalVariableInfo local in body.LocalVariables)
            yield return local.LocalType;
        foreach (Type? used in TokensOf(body.GetILAsByteArray()!).SelectMany(token => Resolve(method, token)))
            yield return used;
    }

    private static IEnumerable<Type?> Resolve(MethodBase method, int token)
    {
        Type[] ofType = method.DeclaringType!.GetGenericArguments();
        Type[] ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : [];
        MemberInfo? member = method.Module.ResolveMember(token, ofType, ofMethod);
        return member switch
        {
            Type type => [type],
            MethodInfo { IsGenericMethod: true } generic => generic.GetGenericArguments().Append(generic.DeclaringType!),
            _ => member?.DeclaringType is { } declaring ? [declaring] : [],
        };
    }

    private static IEnumerable<int> TokensOf(byte[] code)
    {
        for (int at = 0; at < code.Length;)
        {
            short value = code[at] == 0xFE ? (short)(0xFE00 | code[at + 1]) : code[at];
            at += code[at] == 0xFE ? 2 : 1;
            OperandType operand = Operands[value];
            if (operand is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)
                yield return BitConverter.ToInt32(code, at);
            at += operand switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
                _ => 4,
            };
        }
    }
}

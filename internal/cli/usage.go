package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"warroom/internal/config"
)

// speakPlainly makes a tree of commands tell mistakes in its use in plain words, and
// its help show the names of values without the marks that pflag wants around them.
func speakPlainly(root *cobra.Command) {
	root.SetFlagErrorFunc(flagMistake)
	root.SetHelpCommand(helpCommand())
	root.InitDefaultCompletionCmd()
	for _, command := range root.Commands() {
		if command.Name() != "completion" {
			continue
		}
		command.Args, command.RunE = atMost(0), func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		command.Example = "source <(warroom completion bash)\nwarroom completion fish > ~/.config/fish/completions/warroom.fish"
		for _, shell := range command.Commands() {
			shell.Args, shell.Example = atMost(0), "warroom completion "+shell.Name()
		}
	}
	nameValues(root)
}

// placeholder is the annotation of a flag that has the name of its value: FILE, DIR.
const placeholder = "placeholder"

// nameValues takes the name of each flag's value out of its usage, where pflag looks
// for it in backticks and fang shows them.
func nameValues(command *cobra.Command) {
	name := func(f *pflag.Flag) {
		if strings.Contains(f.Usage, "`") {
			value, usage := pflag.UnquoteUsage(f)
			f.Usage = usage
			f.Annotations = map[string][]string{placeholder: {value}}
		}
	}
	command.PersistentFlags().VisitAll(name)
	command.Flags().VisitAll(name)
	for _, each := range command.Commands() {
		nameValues(each)
	}
}

// helpCommand is help, which says so when it is asked about a command that is none.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: "Say what a command does", Example: "warroom help drill",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return tooMuch(about, rest, 0)
			}
			return about.Help()
		},
	}
}

// atMost refuses more words after a command than the given number.
func atMost(count int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) <= count {
			return nil
		}
		return tooMuch(cmd, args, count)
	}
}

// tooMuch says that a word is no command, or one more than a command takes.
func tooMuch(cmd *cobra.Command, args []string, count int) error {
	path := cmd.CommandPath()
	if cmd.HasAvailableSubCommands() {
		var names []string
		for _, command := range cmd.Commands() {
			if command.IsAvailableCommand() {
				names = append(names, command.Name())
			}
		}
		return fmt.Errorf("%s %q%s", without(cmd, "command"), args[0], config.Meant(args[0], names, path+" --help lists them"))
	}
	takes := "takes nothing more"
	if count > 0 {
		takes = "takes one " + strings.Trim(strings.TrimPrefix(cmd.Use, cmd.Name()+" "), "[]") + " and nothing more"
	}
	return fmt.Errorf("%s %s, and there is %q; take it away, or see %s --help", inShort(cmd), takes, args[count], path)
}

// inShort is a command without the program's name, which stands before every error.
func inShort(cmd *cobra.Command) string {
	return strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()+" ")
}

// without begins the sentence about something that a command does not have.
func without(cmd *cobra.Command, what string) string {
	if !cmd.HasParent() {
		return "there is no " + what
	}
	return inShort(cmd) + " has no " + what
}

// flagMistake says in plain words what is wrong with a flag.
func flagMistake(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var bare *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	var malformed *pflag.InvalidSyntaxError
	path := cmd.CommandPath()
	switch {
	case errors.As(err, &unknown):
		given := "--" + unknown.GetSpecifiedName()
		if letters := unknown.GetSpecifiedShortnames(); letters != "" {
			given = "-" + letters
		}
		meant := config.Meant("--"+strings.TrimLeft(given, "-"), flagNames(cmd), path+" --help lists them")
		return fmt.Errorf("%s %s%s", without(cmd, "flag"), plainly(given), meant)
	case errors.As(err, &bare):
		f := bare.GetFlag()
		return fmt.Errorf("--%s needs a value; write --%s %s", f.Name, f.Name, valueName(f))
	case errors.As(err, &invalid):
		f := invalid.GetFlag()
		return fmt.Errorf("--%s: %q %s", f.Name, invalid.GetValue(), isNot(f))
	case errors.As(err, &malformed):
		return fmt.Errorf("%s is not written as a flag is; write --name or --name=value, and see %s --help", plainly(malformed.GetSpecifiedFlag()), path)
	}
	return err
}

// plainly is a word of the command line for a sentence: as it is, unless a terminal
// could act on it.
func plainly(word string) string {
	if quoted := fmt.Sprintf("%q", word); quoted != `"`+word+`"` {
		return quoted
	}
	return word
}

// flagNames are the flags that a command shows in its help.
func flagNames(cmd *cobra.Command) []string {
	var names []string
	add := func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, "--"+f.Name)
		}
	}
	cmd.LocalFlags().VisitAll(add)
	cmd.InheritedFlags().VisitAll(add)
	return names
}

func valueName(f *pflag.Flag) string {
	if names := f.Annotations[placeholder]; len(names) > 0 {
		return names[0]
	}
	return "VALUE"
}

// isNot ends the sentence about a value that a flag cannot take.
func isNot(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "float64", "int":
		return "is not a number; write one such as 60"
	case "duration":
		return "is not a length of time; write a number with ms, s, m or h, such as 10s"
	case "bool":
		return "is neither true nor false; write --" + f.Name + " alone"
	case "stringSlice":
		return "is not a list; write words with commas between them, without quotes"
	}
	return "is not what it takes; write --" + f.Name + " " + valueName(f)
}
